namespace CoreNode.Disks.Gpt;

/// <summary>
/// The attribute bits of a partition, with those that say how a slot is started: priority in bits 48 to 51, tries in
/// 52 to 55, successful in 56, as ChromeOS and CoreOS have them. All other bits stay what they are.
/// </summary>
/// <param name="Bits">The 64 bits of the entry.</param>
public readonly record struct SlotAttributes(ulong Bits)
{
    /// <summary>The highest priority and the most tries.</summary>
    public const int Most = 15;

    private const int PriorityBit = 48;
    private const int TriesBit = 52;
    private const ulong SuccessfulBit = 1UL << 56;

    /// <summary>The slot with the highest one is started; 0 is for slots that hold nothing to start.</summary>
    public int Priority => (int)(Bits >> PriorityBit) & Most;

    /// <summary>How often it may still be tried before it has proved to be good.</summary>
    public int Tries => (int)(Bits >> TriesBit) & Most;

    /// <summary>True if it has proved to be good.</summary>
    public bool IsSuccessful => (Bits & SuccessfulBit) != 0;

    /// <summary>True if it may be started: there are tries left, or it is known to be good.</summary>
    public bool MayStart => Tries > 0 || IsSuccessful;

    /// <summary>Priority, tries and successful in one word: "2/1/0".</summary>
    public override string ToString() => $"{Priority}/{Tries}/{(IsSuccessful ? 1 : 0)}";

    /// <summary>The same with another priority.</summary>
    public SlotAttributes WithPriority(int priority) => With(PriorityBit, priority);

    /// <summary>The same with other tries.</summary>
    public SlotAttributes WithTries(int tries) => With(TriesBit, tries);

    /// <summary>The same, successful or not.</summary>
    public SlotAttributes WithSuccessful(bool isSuccessful) =>
        new(isSuccessful ? Bits | SuccessfulBit : Bits & ~SuccessfulBit);

    private SlotAttributes With(int bit, int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Most);
        return new((Bits & ~((ulong)Most << bit)) | ((ulong)value << bit));
    }
}
