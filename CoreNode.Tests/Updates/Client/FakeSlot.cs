namespace CoreNode.Tests.Updates.Client;

/// <summary>A slot as it is on a disk.</summary>
internal sealed class FakeSlot
{
    public string Version { get; set; } = "";

    public ulong Counter { get; set; }

    public int Priority { get; set; }

    public int Tries { get; set; }

    public bool IsGood { get; set; }
}
