using CoreNode.Tests.Architecture.Samples.Shell;

namespace CoreNode.Tests.Architecture.Samples.Core.Inner;

/// <summary>A folder inside the sample decider: the decider's rules hold in it, and the decider may use it.</summary>
internal static class Part
{
    public static int Allowed() => HidingPlaces.StaticCall.Call();

    public static int Forbidden() => Thing.Twice(1);
}
