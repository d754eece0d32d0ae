using System.Security.Cryptography;
using CoreNode.Documents;
using CoreNode.Foundation;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Ignition;

/// <summary>
/// Reads what Ignition calls a resource: a source, and how it is packed and verified. data: is decoded here.
/// </summary>
internal sealed class IgnitionContents(IgnitionReport report, IgnitionRules rules)
{
    private long _bytes;

    /// <summary>The content; null: no source is there, or what is wrong has been reported.</summary>
    /// <param name="resource">The object.</param>
    /// <param name="key">Its key.</param>
    /// <param name="isRequired">It is an error if no source is there.</param>
    public ContentPart? Read(MapNode? resource, string key, bool isRequired)
    {
        if (resource is null)
            return null;
        ScalarNode? source = resource.FindText("source");
        ScalarNode? hash = resource.FindMap("verification").FindText("hash");
        bool isGzip = IsGzip(resource, key, out bool isFine);
        List<KeyValuePair<string, string>> headers = Headers(resource, key, source?.Text ?? "", ref isFine);
        string wanted = Hash(hash, key, ref isFine);
        if (source is null || (isRequired && source.Text.Length == 0))
        {
            if (isRequired)
                report.Error(resource, $"{key}.source", "a source is missing", "name a URL: https://… or data:,…");
            else if (hash is not null)
                report.Error(
                    hash, $"{key}.verification.hash", "there is a hash, but no source that it is of",
                    "add the source, or delete verification");
            return null;
        }

        if (source.Text.Length == 0)
            return isFine ? ContentPart.Empty : null;
        if (DataUrl.Is(source.Text))
            return isFine ? Decode(source, $"{key}.source", isGzip, wanted) : null;
        return Url(source, $"{key}.source") is { } url && isFine
            ? new ContentPart(default, new RemoteContent(url, isGzip, wanted, headers))
            : null;
    }

    /// <summary>
    /// True if content has the hash that is wanted, "sha256-…" or "sha512-…"; an empty one is always right.
    /// </summary>
    public static bool HasHash(ReadOnlySpan<byte> content, string wanted) => wanted.Length == 0
        || string.Equals(
            wanted.StartsWith("sha256-", StringComparison.Ordinal)
                ? "sha256-" + Convert.ToHexStringLower(SHA256.HashData(content))
                : "sha512-" + Convert.ToHexStringLower(SHA512.HashData(content)),
            wanted, StringComparison.Ordinal);

    private ContentPart? Decode(ScalarNode source, string key, bool isGzip, string hash)
    {
        byte[]? content = DataUrl.Decode(source.Text, out string problem);
        if (content is not null && isGzip)
        {
            content = Gzip.Expand(content, rules.MostContentBytes, out string damage);
            problem = $"this cannot be unpacked as gzip: {damage}";
        }

        if (content is null)
        {
            report.Error(
                source, key, problem,
                isGzip ? "write data:;base64, and what `gzip -c FILE | base64 -w0` prints"
                    : "write data:;base64, and what `base64 -w0 FILE` prints");
            return null;
        }

        _bytes += content.Length;
        if (content.Length > rules.MostContentBytes || _bytes > rules.MostBytes)
        {
            report.Error(
                source, key, $"contents have more than {rules.MostContentBytes} bytes, or {rules.MostBytes} together",
                "fetch large files when the machine runs, by a unit");
            return null;
        }

        if (HasHash(content, hash))
            return new ContentPart(content, null);
        report.Error(
            source, key, "this content has another hash than verification.hash says",
            "write sha512- and what `sha512sum` prints of the unpacked content, or delete verification");
        return null;
    }

    private Uri? Url(ScalarNode source, string key)
    {
        string text = source.Text;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string scheme = colon < 0 ? "" : text[..colon].ToLowerInvariant();
        string? refused = scheme switch
        {
            "http" or "https" => null,
            "s3" or "arn" => "objects of S3 are not fetched: that takes the machine's credentials of AWS",
            "gs" => "objects of Google Cloud Storage are not fetched: that takes the machine's credentials there",
            "tftp" => "TFTP is not spoken: nothing protects what it brings",
            _ => "this is no URL that is fetched",
        };
        if (refused is not null)
        {
            report.Error(source, key, refused, "use https:// (for an object a signed URL), http:// or data:");
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Host.Length > 0)
            return url;
        report.Error(source, key, "this URL cannot be read", "write it as https://HOST/PATH");
        return null;
    }

    private bool IsGzip(MapNode resource, string key, out bool isFine)
    {
        ScalarNode? compression = resource.FindText("compression");
        isFine = compression is null || compression.Text is "" or "gzip";
        if (!isFine)
        {
            report.Error(
                compression!, $"{key}.compression", "there is no such compression", "write \"gzip\", or leave it out");
        }

        return compression is { Text: "gzip" };
    }

    private string Hash(ScalarNode? hash, string key, ref bool isFine)
    {
        if (hash is null)
            return "";
        int dash = hash.Text.IndexOf('-', StringComparison.Ordinal);
        string kind = dash < 0 ? "" : hash.Text[..dash];
        int version = report.Origins.Of(hash).Version;
        string? wrong = null;
        if (kind is not ("sha256" or "sha512"))
            wrong = "a hash is sha512-… or sha256-…, with hexadecimal digits";
        else if (kind == "sha256" && version < 1)
            wrong = $"sha256 needs version 3.1.0, and this configuration is of 3.{version}.0";
        else if (hash.Text.Length - dash - 1 != (kind == "sha256" ? 64 : 128))
            wrong = $"a hash of {kind} has {(kind == "sha256" ? 64 : 128)} hexadecimal digits";
        else if (!IsHex(hash.Text.AsSpan(dash + 1)))
            wrong = "a hash has hexadecimal digits only";
        if (wrong is null)
            return hash.Text.ToLowerInvariant();
        isFine = false;
        report.Error(
            hash, $"{key}.verification.hash", wrong, "write sha512- and what `sha512sum` prints of the content");
        return "";
    }

    private List<KeyValuePair<string, string>> Headers(MapNode resource, string key, string source, ref bool isFine)
    {
        List<KeyValuePair<string, string>> headers = [];
        IReadOnlyList<DocumentNode> items = resource.FindItems("httpHeaders");
        if (items.Count > 0 && !source.StartsWith("http:", StringComparison.OrdinalIgnoreCase)
            && !source.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
        {
            report.Error(
                items[0], $"{key}.httpHeaders", "headers are sent to http:// and https:// only", "delete them");
            isFine = false;
        }

        for (int at = 0; at < items.Count; at++)
        {
            if (items[at] is not MapNode item)
                continue;
            string name = item.FindText("name")?.Text ?? "";
            string? value = item.FindText("value")?.Text;
            if (!IsToken(name) || value.AsSpan().IndexOfAny("\r\n\0") >= 0)
            {
                report.Error(item, $"{key}.httpHeaders[{at}]", "this is no header of HTTP: a name of letters, digits "
                    + "and -, and a value of one line", "write one such as \"name\": \"X-Token\", \"value\": \"…\"");
                isFine = false;
            }
            else if (value is not null)
            {
                headers.Add(new(name, value));
            }
        }

        return headers;
    }

    private static bool IsHex(ReadOnlySpan<char> text)
    {
        foreach (char one in text)
        {
            if (!char.IsAsciiHexDigit(one))
                return false;
        }

        return true;
    }

    // RFC 9110, 5.6.2.
    private static bool IsToken(string name)
    {
        foreach (char one in name)
        {
            if (!char.IsAsciiLetterOrDigit(one) && !"!#$%&'*+-.^_`|~".Contains(one, StringComparison.Ordinal))
                return false;
        }

        return name.Length > 0;
    }
}
