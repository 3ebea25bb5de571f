namespace CurveRbd.Rbd.Tests;

internal sealed class MachineCrashedException() : Exception("the machine has crashed");
