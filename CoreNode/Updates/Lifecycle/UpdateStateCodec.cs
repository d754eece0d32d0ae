using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CoreNode.Updates.Lifecycle;

/// <summary>
/// The state as a file (docs/formats.md): a line with magic, version and checksum, then JSON, which an operator can
/// read. Fields that are missing have their first value and unknown ones are skipped, so that the version before and
/// the version after can read it; what neither could is another version number.
/// </summary>
public static class UpdateStateCodec
{
    /// <summary>The version that is written.</summary>
    public const int Version = 1;

    /// <summary>Most bytes of a file.</summary>
    public const int MaxBytes = 1 << 20;

    private const string Magic = "corenode-update-state ";

    // Texts are for people, and the file is no part of a page.
    private static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The file of a state.</summary>
    public static byte[] Write(UpdateState state)
    {
        using MemoryStream body = new();
        using (Utf8JsonWriter json = new(body, s_options))
            UpdateStateWriter.Write(json, state);
        body.WriteByte((byte)'\n');
        ReadOnlySpan<byte> bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
        string head = string.Create(CultureInfo.InvariantCulture, $"{Magic}{Version} {Checksum(bytes):x8}\n");
        return [.. Encoding.ASCII.GetBytes(head), .. bytes];
    }

    /// <summary>Reads a file.</summary>
    public static UpdateStateFile Read(ReadOnlySpan<byte> file)
    {
        int end = file.IndexOf((byte)'\n');
        if (file.Length > MaxBytes || end is < 0 or > 80)
            return Damaged("it is no state of updates");
        string head = Encoding.ASCII.GetString(file[..end]);
        string[] words = head.Split(' ');
        bool isVersion = words.Length >= 2 && head.StartsWith(Magic, StringComparison.Ordinal);
        if (!isVersion || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int version))
            return Damaged("it is no state of updates");
        if (version != Version)
        {
            string newer = string.Create(
                CultureInfo.InvariantCulture,
                $"it has version {version}, and this program knows version {Version}: start the version that wrote it");
            return new UpdateStateFile(null, newer);
        }

        ReadOnlySpan<byte> body = file[(end + 1)..];
        string checksum = string.Create(CultureInfo.InvariantCulture, $"{Checksum(body):x8}");
        return words.Length == 3 && words[2] == checksum ? ReadBody(body) : Damaged("its checksum is wrong");
    }

    private static UpdateStateFile ReadBody(ReadOnlySpan<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body.ToArray());
            return new UpdateStateFile(UpdateStateReader.Read(new StateJson(document.RootElement)), "");
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return Damaged("it does not hold what it must: " + e.Message);
        }
    }

    private static UpdateStateFile Damaged(string what) =>
        new(null, what + "; it is kept aside, and updates begin with what the slots themselves say");

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint checksum = uint.MaxValue;
        foreach (byte b in bytes)
            checksum = BitOperations.Crc32C(checksum, b);
        return ~checksum;
    }
}
