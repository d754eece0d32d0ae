using System.Buffers;
using System.Text.Json;

namespace CoreNode.Updates.Sharing;

/// <summary>
/// What is said about payloads between nodes, and between a node and its worker process: one JSON object a line
/// (docs/formats.md). Unknown properties are passed over.
/// </summary>
public static class ShareLines
{
    /// <summary>The longest line, its end included.</summary>
    public const int MaxBytes = 4096;

    private const int Version = 1;

    /// <summary>The worker's question.</summary>
    public static byte[] Write(ShareQuestion question) => Line(json =>
    {
        json.WriteString("sha256", question.Sha256);
        json.WriteNumber("size", question.Size);
        json.WriteNumber("from", question.From);
        json.WriteBoolean("metadata", question.IsMetadata);
        json.WriteBoolean("blamed", question.IsBlamed);
        json.WriteString("unkept", question.Unkept.Length > 500 ? question.Unkept[..500] : question.Unkept);
    });

    /// <exception cref="FormatException">It is none.</exception>
    public static ShareQuestion ReadQuestion(ReadOnlyMemory<byte> line) => Parse(line, static root =>
        new ShareQuestion(Hash(root), Number(root, "size"), Number(root, "from"))
        {
            IsMetadata = Flag(root, "metadata"),
            IsBlamed = Flag(root, "blamed"),
            Unkept = Text(root, "unkept"),
        });

    /// <summary>What a worker is answered; its bytes follow where they come from another node.</summary>
    public static byte[] Write(SharePiece piece) => Line(json =>
    {
        json.WriteNumber("origin", (int)piece.Origin);
        json.WriteNumber("from", piece.From);
        json.WriteNumber("to", piece.To);
        json.WriteString("path", piece.Path);
        json.WriteNumber("base", piece.Base);
    });

    /// <summary>Reads that, with the stream that follows.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static SharePiece ReadPiece(ReadOnlyMemory<byte> line, Stream rest, IAsyncDisposable owner) =>
        Parse(line, root =>
        {
            ShareOrigin origin = (ShareOrigin)Number(root, "origin");
            if (!Enum.IsDefined(origin))
                throw new FormatException("bytes come from where this version knows nothing of");
            return new SharePiece(origin, owner)
            {
                From = Number(root, "from"),
                To = Number(root, "to"),
                Path = Text(root, "path"),
                Base = Number(root, "base"),
                Data = origin == ShareOrigin.Peer ? rest : null,
            };
        });

    /// <summary>What another node is asked.</summary>
    internal static byte[] Write(PeerQuestion question) => Line(json =>
    {
        json.WriteString("sha256", question.Sha256);
        json.WriteNumber("from", question.From);
        json.WriteBoolean("keeper", question.IsKeeper);
        json.WriteString("machine", question.Machine);
    });

    /// <exception cref="FormatException">It is none.</exception>
    internal static PeerQuestion ReadPeerQuestion(ReadOnlyMemory<byte> line) => Parse(line, static root =>
        new PeerQuestion(Hash(root), Number(root, "from"), Flag(root, "keeper")) { Machine = Text(root, "machine") });

    /// <summary>What it answers; bytes follow after <see cref="PeerReply.Data"/>.</summary>
    internal static byte[] Write(PeerReply reply) => Line(json => json.WriteNumber("reply", (int)reply));

    /// <exception cref="FormatException">It is none.</exception>
    internal static PeerAnswer ReadReply(ReadOnlyMemory<byte> line) => Parse(line, static root =>
    {
        PeerReply reply = (PeerReply)Number(root, "reply");
        return Enum.IsDefined(reply)
            ? new PeerAnswer(reply)
            : throw new FormatException("a node answers what this version does not know");
    });

    /// <summary>Reads one line, byte for byte behind it nothing; null if there is none.</summary>
    /// <exception cref="FormatException">It is too long.</exception>
    public static async Task<byte[]?> ReadLineAsync(Stream stream, CancellationToken cancellation)
    {
        byte[] line = new byte[MaxBytes];
        int length = 0;
        while (length < line.Length)
        {
            // What follows belongs to somebody else, so it is read by bytes; there are few lines.
            if (await stream.ReadAsync(line.AsMemory(length, 1), cancellation) == 0)
                return null;
            if (line[length++] == '\n')
                return line[..length];
        }

        throw new FormatException("a line about a payload is too long");
    }

    private static byte[] Line(Action<Utf8JsonWriter> fields)
    {
        ArrayBufferWriter<byte> bytes = new(256);
        using (Utf8JsonWriter json = new(bytes))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            fields(json);
            json.WriteEndObject();
        }

        bytes.Write("\n"u8);
        return bytes.WrittenSpan.ToArray();
    }

    private static T Parse<T>(ReadOnlyMemory<byte> line, Func<JsonElement, T> read)
        where T : class
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            long version = Number(document.RootElement, "version");
            return version == Version
                ? read(document.RootElement)
                : throw new FormatException($"version {version} of what nodes say about payloads is not known here");
        }
        catch (Exception bad) when (bad is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new FormatException($"no line about a payload: {bad.Message}", bad);
        }
    }

    private static string Hash(JsonElement root) => Text(root, "sha256") is { } hash && KeeperKeys.IsHash(hash)
        ? hash
        : throw new FormatException("what is asked for is no payload's hash");

    private static string Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement field) ? field.GetString() ?? "" : "";

    private static bool Flag(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement field) && field.GetBoolean();

    private static long Number(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement field) && field.TryGetInt64(out long number) && number >= 0
            ? number
            : throw new FormatException($"a line about a payload has no {name}");
}
