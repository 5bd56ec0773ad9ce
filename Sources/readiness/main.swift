import Commands
import ReadinessSystem

Program.main(Machine.arguments)
