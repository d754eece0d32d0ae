using CoreNode.Boot.Model;
using CoreNode.Disks;
using CoreNode.Disks.Gpt;
using CoreNode.Disks.Metadata;

namespace CoreNode.Boot;

/// <summary>What the boot stage would do with a disk or an image of one, by the same steps as at its start.</summary>
public sealed record BootChoice
{
    /// <summary>Slots that are passed over, in the order in which they come.</summary>
    public required IReadOnlyList<SlotFailure> Failures { get; init; }

    /// <summary>The slot that is started; null if the rescue console is.</summary>
    public GptPartition? Chosen { get; init; }

    /// <summary>The version of what is in it.</summary>
    public string? Version { get; init; }

    /// <summary>Why that one.</summary>
    public string? Reason { get; init; }

    /// <summary>Asks the disk.</summary>
    /// <param name="disk">The disk; its table is repaired unless <paramref name="asks"/>.</param>
    /// <param name="verify">Who is trusted.</param>
    /// <param name="board">The machine's board; null for any.</param>
    /// <param name="isUnsigned">True to take also what nobody who is trusted signed.</param>
    /// <param name="asks">True to change nothing.</param>
    public static BootChoice Of(SlotDisk disk, SlotVerifier verify, string? board, bool isUnsigned, bool asks)
    {
        if (!asks)
            disk.Repair();
        SlotPicker picker = new(disk, verify) { SpendsTries = !asks, Board = board, AllowsUnsigned = isUnsigned };
        SlotPick? pick = picker.Next();
        return new BootChoice
        {
            Failures = picker.Failures,
            Chosen = pick?.Slot,
            Version = pick?.Metadata?.Version,
            Reason = pick?.Reason,
        };
    }
}
