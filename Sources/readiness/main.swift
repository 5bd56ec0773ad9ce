import Glibc
import Commands

exit(Program.run(CommandLine.arguments))
