import Glibc
import ReadinessCommands

exit(Program.run(CommandLine.arguments))
