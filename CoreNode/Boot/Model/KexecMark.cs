using System.Globalization;

namespace CoreNode.Boot.Model;

/// <summary>
/// What lies on the state's disk between the moment in which a slot's own kernel is started without the firmware and
/// the one in which its system runs: if it is found by a boot stage, that kernel did not arrive.
/// </summary>
/// <param name="Slot">Id of the slot's partition.</param>
/// <param name="Times">How often it did not arrive, this time counted.</param>
public sealed record KexecMark(Guid Slot, int Times)
{
    /// <summary>So often it is tried before the slot counts as one that does not start.</summary>
    public const int MostTimes = 3;

    /// <summary>The mark for one more attempt.</summary>
    public static KexecMark Next(KexecMark? found, Guid slot) =>
        new(slot, found?.Slot == slot ? found.Times + 1 : 1);

    /// <summary>Null for what is no mark.</summary>
    public static KexecMark? Parse(string text) =>
        text.Trim().Split(' ') is [var id, var times] && Guid.TryParse(id, out Guid slot)
            && int.TryParse(times, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? new KexecMark(slot, number)
            : null;

    /// <summary>As the file has it.</summary>
    public string Format() => string.Create(CultureInfo.InvariantCulture, $"{Slot} {Times}\n");
}
