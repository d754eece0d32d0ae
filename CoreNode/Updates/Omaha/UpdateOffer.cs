using System.Globalization;

namespace CoreNode.Updates.Omaha;

/// <summary>
/// An update that a server offers, checked as far as it can be without the payload: whoever has this has a size, a hash
/// and at least one URL. What may be installed is decided by the payload's own signed metadata.
/// </summary>
public sealed record UpdateOffer
{
    /// <summary>The version, for people and for comparisons with what runs.</summary>
    public required string Version { get; init; }

    /// <summary>The version as people call it; <see cref="Version"/> if the server says nothing else.</summary>
    public required string DisplayVersion { get; init; }

    /// <summary>Where the payload is, the best place first; absolute, http or https.</summary>
    public required IReadOnlyList<Uri> Urls { get; init; }

    /// <summary>Bytes of the payload, at least 1.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>SHA-256 of the whole payload in Base64.</summary>
    public required string Sha256 { get; init; }

    /// <summary>It needs the old version.</summary>
    public bool IsDelta { get; init; }

    /// <summary>A payload that failed may be tried again at once.</summary>
    public bool DisablePayloadBackoff { get; init; }

    /// <summary>After so many failures in a row the next URL.</summary>
    public int MaxFailureCountPerUrl { get; init; } = 10;

    /// <summary>The server wants it installed now.</summary>
    public bool IsUrgent { get; init; }

    /// <summary>Machines spread themselves over so many days; 0 for not at all.</summary>
    public int MaxDaysToScatter { get; init; }

    /// <summary>A step on the way to a later version.</summary>
    public bool IsFloor { get; init; }

    /// <summary>Why that step must not be left out; null if not told.</summary>
    public string? FloorReason { get; init; }

    /// <summary>A page about it; null if there is none.</summary>
    public string? MoreInfo { get; init; }

    /// <summary>Files of the version beside the payload, as the server names them (Flatcar's extensions).</summary>
    public IReadOnlyList<OmahaPackage> OtherPackages { get; init; } = [];

    /// <summary>
    /// Which attempt this is part of: counters of failures and backoff begin anew when it changes, as update_engine's
    /// response signature.
    /// </summary>
    public string Identity => string.Create(
        CultureInfo.InvariantCulture,
        $"{SizeBytes} {Sha256} {(IsDelta ? "delta" : "full")} {MaxFailureCountPerUrl} "
        + $"{(DisablePayloadBackoff ? "at once" : "backoff")} {string.Join(' ', Urls.Select(url => url.AbsoluteUri))}");
}
