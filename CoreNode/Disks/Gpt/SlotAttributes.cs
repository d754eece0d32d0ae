namespace CoreNode.Disks.Gpt;

/// <summary>
/// The attribute bits of a partition, with those that say how a slot is started: priority in bits 48 to 51, tries in
/// 52 to 55, successful in 56, as ChromeOS and CoreOS have them. Bit 61, of those that UEFI leaves to the partition's
/// type and that the Discoverable Partitions Specification does not use, is CoreNode's own. Others stay as they are.
/// </summary>
/// <param name="Bits">The 64 bits of the entry.</param>
public readonly record struct SlotAttributes(ulong Bits)
{
    /// <summary>The highest priority and the most tries.</summary>
    public const int Most = 15;

    private const int PriorityBit = 48;
    private const int TriesBit = 52;
    private const ulong SuccessfulBit = 1UL << 56;
    private const ulong BeingMadeBit = 1UL << 61;

    /// <summary>The slot with the highest one is started; 0 is for slots that hold nothing to start.</summary>
    public int Priority => (int)(Bits >> PriorityBit) & Most;

    /// <summary>How often it may still be tried before it has proved to be good.</summary>
    public int Tries => (int)(Bits >> TriesBit) & Most;

    /// <summary>True if it has proved to be good.</summary>
    public bool IsSuccessful => (Bits & SuccessfulBit) != 0;

    /// <summary>True if it may be started: there are tries left, or it is known to be good.</summary>
    public bool MayStart => Tries > 0 || IsSuccessful;

    /// <summary>
    /// True while the file system of this partition is made: found at a start it says that the power was cut meanwhile,
    /// and that what is there is nobody's.
    /// </summary>
    public bool IsBeingMade => (Bits & BeingMadeBit) != 0;

    /// <summary>Priority, tries and successful in one word: "2/1/0".</summary>
    public override string ToString() => $"{Priority}/{Tries}/{(IsSuccessful ? 1 : 0)}";

    /// <summary>The same with another priority.</summary>
    public SlotAttributes WithPriority(int priority) => With(PriorityBit, priority);

    /// <summary>The same with other tries.</summary>
    public SlotAttributes WithTries(int tries) => With(TriesBit, tries);

    /// <summary>The same, successful or not.</summary>
    public SlotAttributes WithSuccessful(bool isSuccessful) =>
        new(isSuccessful ? Bits | SuccessfulBit : Bits & ~SuccessfulBit);

    /// <summary>The same, while its file system is made or once it is.</summary>
    public SlotAttributes WithBeingMade(bool isBeingMade) =>
        new(isBeingMade ? Bits | BeingMadeBit : Bits & ~BeingMadeBit);

    private SlotAttributes With(int bit, int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Most);
        return new((Bits & ~((ulong)Most << bit)) | ((ulong)value << bit));
    }
}
