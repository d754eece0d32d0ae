using CoreNode.Documents;

namespace CoreNode.Provision.Model;

/// <summary>
/// A user. Of one that exists only password and keys are changed, as coreos-cloudinit does, unless
/// <see cref="IsAdjusted"/>.
/// </summary>
public sealed record DesiredUser(string Name)
{
    /// <summary>It is made if it is not there; false: it must be (the default user of ssh_authorized_keys).</summary>
    public bool IsMade { get; init; } = true;

    /// <summary>Its password as crypt(3) hash; null: none is set. Secret.</summary>
    public string? PasswordHash { get; init; }

    /// <summary>Lines of authorized_keys.</summary>
    public IReadOnlyList<string> SshKeys { get; init; } = [];

    /// <summary>
    /// Lines of authorized_keys from an input that runs once (Ignition): kept apart, so that later runs, which do not
    /// know them any more, leave them.
    /// </summary>
    public IReadOnlyList<string> FirstBootSshKeys { get; init; } = [];

    /// <summary>
    /// One that exists also gets groups, and comment, home, shell and primary group where they are given (Ignition).
    /// </summary>
    public bool IsAdjusted { get; init; }

    /// <summary>URLs whose answers are further lines of authorized_keys (coreos_ssh_import_*).</summary>
    public IReadOnlyList<Uri> SshKeySources { get; init; } = [];

    /// <summary>Comment field.</summary>
    public string Gecos { get; init; } = "";

    /// <summary>Home; null: /home/NAME.</summary>
    public string? Home { get; init; }

    /// <summary>Home is not made.</summary>
    public bool HasNoHome { get; init; }

    /// <summary>Primary group; null: one of its own name.</summary>
    public string? PrimaryGroup { get; init; }

    /// <summary>Further groups.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>No group of its own name is made: the primary one is "users".</summary>
    public bool HasNoUserGroup { get; init; }

    /// <summary>A system user: its number is below 1000, and no home is made.</summary>
    public bool IsSystem { get; init; }

    /// <summary>Its number; null: a free one.</summary>
    public uint? Number { get; init; }

    /// <summary>Login shell; null: /bin/bash.</summary>
    public string? Shell { get; init; }

    /// <summary>False: it shall not be there (Ignition 3.2's shouldExist).</summary>
    public bool ShouldExist { get; init; } = true;

    /// <summary>Which input and key wants it.</summary>
    public string From { get; init; } = "";

    /// <summary>Where that stands.</summary>
    public TextPlace Place { get; init; }
}
