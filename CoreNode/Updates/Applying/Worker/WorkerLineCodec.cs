using System.Text.Json;

namespace CoreNode.Updates.Applying.Worker;

/// <summary>What a worker says, as one line of JSON each.</summary>
public static class WorkerLineCodec
{
    /// <summary>The line, without its end.</summary>
    public static string Write(WorkerLine line) => line switch
    {
        WorkerLine.Progress progress => WorkerText.Write("progress", writer =>
        {
            writer.WriteNumber("done", progress.Done);
            writer.WriteNumber("total", progress.Total);
        }),
        WorkerLine.Metadata metadata => WorkerText.Write("metadata", writer => WriteMetadata(metadata, writer)),
        WorkerLine.Applied applied => WorkerText.Write("applied", writer =>
        {
            writer.WriteNumber("bytesWritten", applied.BytesWritten);
            writer.WriteNumber("bytesSkipped", applied.BytesSkipped);
            writer.WriteNumber("bytesFetched", applied.BytesFetched);
        }),
        WorkerLine.Verified verified => WorkerText.Write(
            "verified", writer => writer.WriteBase64String("slotMetadata", verified.SlotMetadata.Span)),
        WorkerLine.Stopped => WorkerText.Write("stopped", static _ => { }),
        WorkerLine.Failed failed => WorkerText.Write("failed", writer =>
        {
            writer.WriteNumber("code", failed.Code);
            writer.WriteString("text", failed.Text);
            writer.WriteBoolean("isNoNetwork", failed.IsNoNetwork);
            writer.WriteNumber("httpStatus", failed.HttpStatus);
        }),
        _ => throw new ArgumentOutOfRangeException(nameof(line), "no such line"),
    };

    /// <summary>Null and why for a line that is none of this version.</summary>
    public static WorkerLine? TryRead(string line, out string? complaint) =>
        WorkerText.TryRead<WorkerLine>(line, Read, out complaint);

    private static WorkerLine? Read(string kind, JsonElement fields) => kind switch
    {
        "progress" => new WorkerLine.Progress(
            WorkerText.Number(fields, "done"), WorkerText.Number(fields, "total")),
        "metadata" => ReadMetadata(fields),
        "applied" => new WorkerLine.Applied(
            WorkerText.Number(fields, "bytesWritten"),
            WorkerText.Number(fields, "bytesSkipped"),
            WorkerText.Number(fields, "bytesFetched")),
        "verified" => new WorkerLine.Verified(
            fields.TryGetProperty("slotMetadata", out JsonElement bytes) ? bytes.GetBytesFromBase64() : []),
        "stopped" => new WorkerLine.Stopped(),
        "failed" => new WorkerLine.Failed(
            checked((int)WorkerText.Number(fields, "code")), WorkerText.Text(fields, "text"))
        {
            IsNoNetwork = WorkerText.Flag(fields, "isNoNetwork"),
            HttpStatus = checked((int)WorkerText.Number(fields, "httpStatus")),
        },
        _ => null,
    };

    private static void WriteMetadata(WorkerLine.Metadata metadata, Utf8JsonWriter writer)
    {
        writer.WriteString("metadataSha256", metadata.MetadataSha256);
        writer.WriteNumber("size", metadata.Size);
        writer.WriteNumber("beginning", metadata.Beginning);
        writer.WriteString("version", metadata.Version);
        writer.WriteNumber("counter", metadata.Counter);
        writer.WriteNumber("minimumCounter", metadata.MinimumCounter);
        writer.WriteNumber("expiry", metadata.Expiry);
        writer.WriteString("board", metadata.Board);
        writer.WriteString("appId", metadata.AppId);
        writer.WriteBoolean("isDelta", metadata.IsDelta);
    }

    private static WorkerLine.Metadata ReadMetadata(JsonElement fields) => new()
    {
        MetadataSha256 = WorkerText.Text(fields, "metadataSha256"),
        Size = WorkerText.Number(fields, "size"),
        Beginning = WorkerText.Number(fields, "beginning"),
        Version = WorkerText.Text(fields, "version"),
        Counter = WorkerText.Counter(fields, "counter"),
        MinimumCounter = WorkerText.Counter(fields, "minimumCounter"),
        Expiry = WorkerText.Number(fields, "expiry"),
        Board = WorkerText.Text(fields, "board"),
        AppId = WorkerText.Text(fields, "appId"),
        IsDelta = WorkerText.Flag(fields, "isDelta"),
    };
}
