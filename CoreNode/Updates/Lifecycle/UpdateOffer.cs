using System.Globalization;
using System.Text;

namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// An update as a server or the operator offers it. Nothing in it is trusted: only signed metadata is.
/// </summary>
public sealed record UpdateOffer
{
    /// <summary>The version by its name; empty if the operator named a file only.</summary>
    public string Version { get; init; } = "";

    /// <summary>Where the payload is, in the order to try; at least one.</summary>
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>Bytes of the payload; 0 if unknown.</summary>
    public long Size { get; init; }

    /// <summary>SHA-256 of the payload as it was offered (base64); empty if unknown.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>True if it needs the version that runs now.</summary>
    public bool IsDelta { get; init; }

    /// <summary>True if the server asks not to wait after failures.</summary>
    public bool IsBackoffOff { get; init; }

    /// <summary>After how many failures in a row the next address is taken.</summary>
    public int MaxFailuresPerUrl { get; init; } = 10;

    /// <summary>
    /// True if the operator gave it by hand; such an offer outlives a restart without asking a server.
    /// </summary>
    public bool IsFromOperator { get; init; }

    /// <summary>
    /// All that makes it the same offer as another: when it changes, failures of the old one are forgotten.
    /// </summary>
    public string Signature
    {
        get
        {
            StringBuilder text = new();
            foreach (string url in Urls)
                text.Append(url).Append('\n');
            return text.Append(
                CultureInfo.InvariantCulture, $"{Size} {Sha256} {IsDelta} {MaxFailuresPerUrl} {IsBackoffOff}")
                .ToString();
        }
    }
}
