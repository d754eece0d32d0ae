namespace CoreNode.Overlay.Model;

/// <summary>What a machine remembers of its leases. One owner.</summary>
public sealed class LeaseMemory
{
    private readonly Dictionary<string, string> _lost = new(StringComparer.Ordinal);

    /// <summary>The own lease; null without one.</summary>
    public HeldLease? Held { get; set; }

    /// <summary>What was leased before this process began; taken again if it is free.</summary>
    public LeaseSubnets? Previous { get; set; }

    /// <summary>Names that the store did not let be created since the last lease.</summary>
    public HashSet<string> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>Names that this process wanted to create; the answer may have been lost.</summary>
    public HashSet<string> Attempted { get; } = new(StringComparer.Ordinal);

    /// <summary>The lease is held by somebody else now.</summary>
    public void Lose(LeaseEntry entry)
    {
        _lost[entry.Name] = entry.Stored.Text;
        Attempted.Remove(entry.Name);
        Held = null;
    }

    /// <summary>True if it was lost to who has it now.</summary>
    public bool IsLost(LeaseEntry entry) => _lost.GetValueOrDefault(entry.Name) == entry.Stored.Text;
}
