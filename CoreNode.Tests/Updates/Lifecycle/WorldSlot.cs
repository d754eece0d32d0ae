namespace CoreNode.Tests.Updates.Lifecycle;

/// <summary>A slot of a simulated disk: its attributes and what is in it.</summary>
internal sealed class WorldSlot(string name)
{
    public string Name { get; } = name;

    public int Priority { get; set; }

    public int Tries { get; set; }

    public bool IsGood { get; set; }

    /// <summary>The version in it; empty: nothing that could run.</summary>
    public string Version { get; set; } = "";

    public ulong Counter { get; set; }

    /// <summary>True once all of it was read back and found right.</summary>
    public bool IsVerified { get; set; }

    public bool IsBootable => Priority > 0 && (Tries > 0 || IsGood);
}
