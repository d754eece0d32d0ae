using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CoreNode.Cli.Payloads;

/// <summary>Payloads for people and for programs.</summary>
internal static class PayloadText
{
    /// <summary>Writes it as text.</summary>
    public static void Write(TextWriter output, PayloadReport report)
    {
        string kind = report.Images.All(static image => image.OldSha256 is null) ? "full" : "delta";
        output.WriteLine(Text(
            $"{report.File}: {report.Bytes} bytes, {kind}, version {report.MajorVersion}.{report.MinorVersion}"));
        if (report.Release is { } release)
            Write(output, release);
        else
            output.WriteLine("  no release information: not made for CoreNode");
        foreach (string signature in report.Signatures)
            output.WriteLine($"  signature   {signature}");
        if (report.Signatures.Count == 0)
            output.WriteLine("  signature   none: no machine takes it");
        foreach (PayloadImage image in report.Images)
            Write(output, image);
    }

    /// <summary>As JSON, on one line.</summary>
    public static string ToJson(PayloadReport report)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteString("file", report.File);
            json.WriteNumber("bytes", report.Bytes);
            json.WriteNumber("majorVersion", report.MajorVersion);
            json.WriteNumber("minorVersion", report.MinorVersion);
            if (report.Release is { } release)
                Write(json, release);
            else
                json.WriteNull("release");
            WriteTexts(json, "signatures", report.Signatures);
            json.WriteStartArray("images");
            foreach (PayloadImage image in report.Images)
                Write(json, image);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }

    private static void Write(TextWriter output, PayloadRelease release)
    {
        output.WriteLine(Text($"  release     {release.Version}, counter {release.Counter}"));
        if (release.MinimumCounter > 0)
            output.WriteLine(Text($"  taken from  counter {release.MinimumCounter} on"));
        if (release.Expires is { } expires)
            output.WriteLine($"  expires     {expires}");
        if (release.Board.Length > 0)
            output.WriteLine($"  board       {release.Board}");
        if (release.AppId.Length > 0)
            output.WriteLine($"  app         {release.AppId}");
        if (release.VerityRootHash.Length > 0)
            output.WriteLine($"  verity      {release.VerityRootHash}");
        foreach (string hash in release.KernelHashes)
            output.WriteLine($"  kernel      {hash}");
    }

    private static void Write(TextWriter output, PayloadImage image)
    {
        output.WriteLine(Text($"  image       {image.Name}: {image.Bytes} bytes, sha256 {image.Sha256}"));
        if (image.OldSha256 is { } old)
            output.WriteLine($"    made from sha256 {old}");
        foreach (PayloadOperations one in image.Operations)
        {
            output.WriteLine(Text(
                $"    {one.Count} {one.Kind}: {one.WrittenBytes} bytes out of {one.DataBytes} bytes of data"));
        }
    }

    private static void Write(Utf8JsonWriter json, PayloadRelease release)
    {
        json.WriteStartObject("release");
        json.WriteString("version", release.Version);
        json.WriteNumber("counter", release.Counter);
        json.WriteNumber("minimumCounter", release.MinimumCounter);
        json.WriteString("expires", release.Expires);
        json.WriteString("board", release.Board);
        json.WriteString("appId", release.AppId);
        json.WriteString("verityRootHash", release.VerityRootHash);
        WriteTexts(json, "kernelHashes", release.KernelHashes);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PayloadImage image)
    {
        json.WriteStartObject();
        json.WriteString("name", image.Name);
        json.WriteNumber("bytes", image.Bytes);
        json.WriteString("sha256", image.Sha256);
        json.WriteString("oldSha256", image.OldSha256);
        json.WriteStartArray("operations");
        foreach (PayloadOperations one in image.Operations)
        {
            json.WriteStartObject();
            json.WriteString("kind", one.Kind);
            json.WriteNumber("count", one.Count);
            json.WriteNumber("dataBytes", one.DataBytes);
            json.WriteNumber("writtenBytes", one.WrittenBytes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
