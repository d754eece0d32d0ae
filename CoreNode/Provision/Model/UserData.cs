namespace CoreNode.Provision.Model;

/// <summary>What a source of configuration gave. Its bytes may hold secrets and are never logged.</summary>
/// <param name="Source">As people know it: "file /x", "EC2", "config drive /dev/sr0".</param>
/// <param name="Content">The user data as it was given: maybe compressed, maybe several parts; empty: none.</param>
public sealed record UserData(string Source, ReadOnlyMemory<byte> Content)
{
    /// <summary>Its addresses.</summary>
    public MachineAddresses Addresses { get; init; } = new();

    /// <summary>The name the source gives the machine; empty: none. The user's own wins.</summary>
    public string Hostname { get; init; } = "";

    /// <summary>Keys the source gives the default user.</summary>
    public IReadOnlyList<string> SshKeys { get; init; } = [];

    /// <summary>It is the machine's maker's (OEM): read first, so that the user's wins.</summary>
    public bool IsOem { get; init; }
}
