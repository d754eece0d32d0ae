namespace CoreNode.Updates.Omaha;

/// <summary>What to do with a version's files. Only "postinstall" means anything to a machine.</summary>
public sealed record OmahaAction
{
    /// <summary>The one action that counts.</summary>
    public const string Postinstall = "postinstall";

    /// <summary>When.</summary>
    public string? Event { get; init; }

    /// <summary>SHA-256 of the payload in Base64.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Of no meaning.</summary>
    public bool NeedsAdmin { get; init; }

    /// <summary>The payload needs the old version (older servers: IsDelta).</summary>
    public bool IsDelta { get; init; }

    /// <summary>A payload that failed may be tried again at once.</summary>
    public bool DisablePayloadBackoff { get; init; }

    /// <summary>After so many failures the next codebase.</summary>
    public int? MaxFailureCountPerUrl { get; init; }

    /// <summary>Signature of the payload's metadata in Base64, made by RSA.</summary>
    public string? MetadataSignatureRsa { get; init; }

    /// <summary>Bytes of the payload's metadata, as written.</summary>
    public string? MetadataSize { get; init; }

    /// <summary>"now" for an update that must not wait.</summary>
    public string? Deadline { get; init; }

    /// <summary>The version as people call it.</summary>
    public string? DisplayVersion { get; init; }

    /// <summary>The version as Nebraska's and CoreRoller's servers call it.</summary>
    public string? ChromeOsVersion { get; init; }

    /// <summary>A page about it.</summary>
    public string? MoreInfo { get; init; }

    /// <summary>A person must be asked.</summary>
    public bool Prompt { get; init; }

    /// <summary>Machines spread themselves over so many days.</summary>
    public int? MaxDaysToScatter { get; init; }
}
