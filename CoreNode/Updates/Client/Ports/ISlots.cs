using CoreNode.Updates.Lifecycle;

namespace CoreNode.Updates.Client.Ports;

/// <summary>
/// The slots of this machine, by name. Calls block on the disk; what they change is on it, and was read back, when they
/// return. One thread at a time. All throw <see cref="IOException"/> for what the disk or its table does.
/// </summary>
public interface ISlots
{
    /// <summary>What the machine itself says: which slot runs, what is in both, which one is next.</summary>
    BootFacts Read();

    /// <summary>No boot takes that slot from now on, and it says nothing of itself any more.</summary>
    void Clear(string slot);

    /// <summary>
    /// Writes the slot's own metadata (empty: it has none), then makes it the next one to boot, once.
    /// </summary>
    void MakeNext(string slot, ReadOnlyMemory<byte> metadata);

    /// <summary>Makes a slot that is marked good the next one to boot, whatever the others are.</summary>
    void SwitchTo(string slot);

    /// <summary>Makes the slot that runs the next one again; of the others no new one is booted.</summary>
    void KeepRunning(string slot);

    /// <summary>Marks the slot that runs as good.</summary>
    void MarkGood(string slot);
}
