namespace CoreNode.Cli.Slots;

/// <summary>
/// Work on the slots of a disk or image; Hosting supplies it. World faults are <see cref="IOException"/> with what to
/// do, what is not there is a <see cref="SlotNotFoundException"/>.
/// </summary>
public interface ISlotOffice
{
    /// <summary>Looks only.</summary>
    SlotReport Show(SlotRequest request);

    /// <summary>
    /// Chooses the slot to be started, and takes one try off it unless it only <paramref name="asks"/>.
    /// </summary>
    SlotReport Next(SlotRequest request, bool asks);

    /// <summary>
    /// Puts a slot above all others, or only numbers the priorities anew; <paramref name="highest"/> is the priority
    /// that the first ones get.
    /// </summary>
    SlotReport Prioritize(SlotRequest request, int? highest, bool withEquals);

    /// <summary>Says that a slot is good.</summary>
    SlotReport MarkGood(SlotRequest request);

    /// <summary>Makes both copies of the table whole and equal.</summary>
    SlotReport Repair(SlotRequest request);

    /// <summary>
    /// Lets the last partition have all of a disk that has grown, with its file system if that is mounted; the report's
    /// problems are what was changed.
    /// </summary>
    SlotReport Grow(SlotRequest request);
}
