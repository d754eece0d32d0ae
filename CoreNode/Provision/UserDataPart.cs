namespace CoreNode.Provision;

/// <summary>One part of user data, unpacked and with the machine's addresses in it. May hold secrets.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Source">As people know it: "EC2", or "part 2 (setup.sh) of EC2".</param>
/// <param name="Name">Its file name, if it has one.</param>
/// <param name="Content">Its bytes; of cloud-config valid UTF-8.</param>
public sealed record UserDataPart(UserDataKind Kind, string Source, string Name, ReadOnlyMemory<byte> Content)
{
    /// <summary>Where its text is another one than its author wrote.</summary>
    public TextShifts Shifts { get; init; } = new();
}
