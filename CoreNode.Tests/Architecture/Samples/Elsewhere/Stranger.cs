using CoreNode.Tests.Architecture.Samples.Ports;

namespace CoreNode.Tests.Architecture.Samples.Elsewhere;

/// <summary>Lives in a namespace that the sample table does not know.</summary>
internal static class Stranger
{
    public static int Look(IDoor door) => door.Number;
}
