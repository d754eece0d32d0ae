namespace CoreNode.Api.Peers;

/// <summary>Versions of the protocol. Two members speak the highest one that both know.</summary>
internal static class PeerVersions
{
    /// <summary>The oldest version that is spoken here.</summary>
    public const byte Lowest = 1;

    /// <summary>The newest version that is spoken here.</summary>
    public const byte Highest = 1;

    /// <summary>The highest version in both ranges; 0 if there is none.</summary>
    public static byte Choose(byte lowest, byte highest, byte othersLowest, byte othersHighest)
    {
        byte chosen = Math.Min(highest, othersHighest);
        return chosen >= Math.Max(lowest, othersLowest) ? chosen : (byte)0;
    }
}
