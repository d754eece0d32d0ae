using System.Buffers;
using System.Globalization;
using System.Text.Json;
using CoreNode.Foundation;
using CoreNode.Platform;
using CoreNode.Store;

namespace CoreNode.Proxy;

/// <summary>
/// members.json, version 1 (docs/formats.md): plain JSON, replaced as a whole by rename, so that people can read it
/// and a crash leaves the old one or the new one. It holds nothing that the members could not tell again.
/// </summary>
public sealed class MemberFile(IFiles files, string folder)
{
    private const int Version = 1;
    private const int MaxBytes = 1 << 20;

    /// <summary>The file.</summary>
    public string Path { get; } = System.IO.Path.Combine(folder, "members.json");

    /// <summary>Reads it; null if there is none.</summary>
    /// <exception cref="CorruptionException">It is no such file, or one of another version.</exception>
    public RememberedMembers? Read()
    {
        if (!files.Exists(Path))
            return null;
        using IFile file = files.Open(Path, create: false);
        if (file.Length > MaxBytes)
            throw Damaged("it is too long to be a list of members");
        byte[] bytes = new byte[file.Length];
        int count = file.Read(0, bytes);
        try
        {
            return Parse(bytes.AsMemory(0, count));
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or OverflowException)
        {
            throw Damaged($"it is no list of members of version {Version}: {fault.Message}");
        }
    }

    /// <summary>Replaces it; durable when this returns.</summary>
    /// <exception cref="IOException">The disk does not take it; the old file is whole.</exception>
    public void Write(RememberedMembers remembered)
    {
        files.CreateFolder(folder);
        string temporary = Path + ".tmp";
        using (IFile file = files.Open(temporary, create: true))
        {
            file.SetLength(0);
            file.Write(0, Format(remembered));
            file.Sync();
        }

        files.Rename(temporary, Path);
        files.SyncFolder(folder);
    }

    private CorruptionException Damaged(string what) =>
        new(Path, 0, what, "Remove it; the members tell it again");

    private static RememberedMembers Parse(ReadOnlyMemory<byte> bytes)
    {
        using JsonDocument document = JsonDocument.Parse(bytes);
        JsonElement page = document.RootElement;
        int version = page.GetProperty("version").GetInt32();
        if (version != Version)
            throw new FormatException($"its version is {version}");
        ulong worker = Hex(page.GetProperty("workerId"));
        if (!page.TryGetProperty("members", out JsonElement members))
            return new RememberedMembers(worker, null);
        List<Member> list = [];
        foreach (JsonElement one in members.EnumerateArray())
        {
            list.Add(new Member(
                new NodeId(Hex(one.GetProperty("id"))),
                one.GetProperty("name").GetString() ?? "",
                JsonTexts.Of(one.GetProperty("peerURLs")),
                JsonTexts.Of(one.GetProperty("clientURLs"))));
        }

        return new RememberedMembers(worker, new MemberList(Hex(page.GetProperty("clusterId")), list));
    }

    private static ulong Hex(JsonElement element) => ulong.Parse(
        element.GetString() ?? "", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static byte[] Format(RememberedMembers remembered)
    {
        ArrayBufferWriter<byte> bytes = new();
        using (Utf8JsonWriter json = new(bytes, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            json.WriteString("workerId", remembered.WorkerId.ToString("x", CultureInfo.InvariantCulture));
            if (remembered.List is { } list)
                WriteMembers(json, list);
            json.WriteEndObject();
        }

        bytes.Write("\n"u8);
        return bytes.WrittenSpan.ToArray();
    }

    private static void WriteMembers(Utf8JsonWriter json, MemberList list)
    {
        json.WriteString("clusterId", list.ClusterId.ToString("x", CultureInfo.InvariantCulture));
        json.WriteStartArray("members");
        foreach (Member member in list.Members)
        {
            json.WriteStartObject();
            json.WriteString("id", member.Id.ToString());
            json.WriteString("name", member.Name);
            WriteTexts(json, "peerURLs", member.PeerUrls);
            WriteTexts(json, "clientURLs", member.ClientUrls);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
