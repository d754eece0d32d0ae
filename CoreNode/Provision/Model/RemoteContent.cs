namespace CoreNode.Provision.Model;

/// <summary>Content that a configuration only names (Ignition's resource, version 3).</summary>
/// <param name="Source">http, https or data URL.</param>
/// <param name="IsGzip">It is compressed.</param>
/// <param name="Hash">"sha256-…" or "sha512-…" in hex over the content, unpacked; empty: unchecked.</param>
/// <param name="Headers">HTTP headers to send.</param>
public sealed record RemoteContent(
    Uri Source, bool IsGzip, string Hash, IReadOnlyList<KeyValuePair<string, string>> Headers);
