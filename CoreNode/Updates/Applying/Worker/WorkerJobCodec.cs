using System.Text.Json;

namespace CoreNode.Updates.Applying.Worker;

/// <summary>Jobs as one line of JSON.</summary>
public static class WorkerJobCodec
{
    private static readonly string[] s_steps = ["metadata", "apply", "verify"];

    /// <summary>The line, without its end.</summary>
    public static string Write(WorkerJob job) => WorkerText.Write(s_steps[(int)job.Step], writer =>
    {
        writer.WriteString("url", job.Url);
        writer.WriteNumber("size", job.Size);
        writer.WriteString("sha256", job.Sha256);
        writer.WriteString("user", job.User);
        writer.WriteString("password", job.Password);
        writer.WriteString("caFile", job.CaFile);
        writer.WriteString("trustFolder", job.TrustFolder);
        writer.WriteString("disk", job.Disk);
        writer.WriteNumber("partition", job.Partition);
        writer.WriteNumber("sourcePartition", job.SourcePartition);
        writer.WriteString("kernel", job.Kernel);
        writer.WriteString("checkpoint", job.Checkpoint);
        writer.WriteBoolean("isResumed", job.IsResumed);
        writer.WriteNumber("bytesPerSecond", job.BytesPerSecond);
        writer.WriteString("metadataSha256", job.MetadataSha256);
        writer.WriteString("share", job.Share);
    });

    /// <summary>Null and why for a line that is no job of this version.</summary>
    public static WorkerJob? TryRead(string line, out string? complaint) =>
        WorkerText.TryRead(line, Read, out complaint);

    private static WorkerJob? Read(string kind, JsonElement fields)
    {
        int step = Array.IndexOf(s_steps, kind);
        return step < 0 ? null : new WorkerJob
        {
            Step = (WorkerStep)step,
            Url = WorkerText.Text(fields, "url"),
            Size = WorkerText.Number(fields, "size"),
            Sha256 = WorkerText.Text(fields, "sha256"),
            User = WorkerText.Text(fields, "user"),
            Password = WorkerText.Text(fields, "password"),
            CaFile = WorkerText.Text(fields, "caFile"),
            TrustFolder = WorkerText.Text(fields, "trustFolder"),
            Disk = WorkerText.Text(fields, "disk"),
            Partition = checked((int)WorkerText.Number(fields, "partition")),
            SourcePartition = checked((int)WorkerText.Number(fields, "sourcePartition")),
            Kernel = WorkerText.Text(fields, "kernel"),
            Checkpoint = WorkerText.Text(fields, "checkpoint"),
            IsResumed = WorkerText.Flag(fields, "isResumed"),
            BytesPerSecond = WorkerText.Number(fields, "bytesPerSecond"),
            MetadataSha256 = WorkerText.Text(fields, "metadataSha256"),
            Share = WorkerText.Text(fields, "share"),
        };
    }
}
