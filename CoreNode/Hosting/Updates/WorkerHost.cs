using CoreNode.Disks;
using CoreNode.Hosting.Payloads;
using CoreNode.Hosting.Updates.Sharing;
using CoreNode.Platform;
using CoreNode.Platform.Blocks;
using CoreNode.Updates.Applying;
using CoreNode.Updates.Applying.Worker;
using CoreNode.Updates.Client.Exchange;
using CoreNode.Updates.Keys;

namespace CoreNode.Hosting.Updates;

/// <summary>
/// The process that fetches, writes and reads back an update, apart from the node, so that it can be held down and
/// killed: <c>corenode update-worker</c>. Its job comes by standard input, what it does is told on standard output.
/// </summary>
internal static class WorkerHost
{
    /// <summary>The hidden command.</summary>
    public const string Command = "update-worker";

    private const string BootIdFile = "/proc/sys/kernel/random/boot_id";
    private const int MostThreads = 4;

    /// <summary>Does one job; the exit code is 0 if it came about.</summary>
    /// <param name="input">Standard input: the job, then orders; its end stops the work.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="version">This executable's, for servers.</param>
    public static async Task<int> RunAsync(TextReader input, TextWriter output, string version)
    {
        BackgroundPriority.EnterIdle();
        string line = await input.ReadLineAsync() ?? "";
        if (WorkerJobCodec.TryRead(line, out string? complaint) is not { } job)
        {
            Tell(output, new WorkerLine.Failed(ApplyCodes.Error, complaint!));
            return 2;
        }

        using WorkControl control = new(TimeProvider.System, job.BytesPerSecond);
        Thread orders = new(() => Obey(input, control)) { IsBackground = true, Name = "update-orders" };
        orders.Start();
        WorkerLine end = await WorkAsync(job, control, version, one =>
        {
            if (!Tell(output, one))
                control.Stop();
        });
        Tell(output, end);
        return end is WorkerLine.Failed or WorkerLine.Stopped ? 1 : 0;
    }

    private static async Task<WorkerLine> WorkAsync(
        WorkerJob job, WorkControl control, string version, Action<WorkerLine> tell)
    {
        try
        {
            TrustedKeys keys = ReadKeys(job.TrustFolder);
            IPayloadSource source = Source(job, version);
            using IDisposable? file = source as IDisposable;
            using PayloadCodecs codecs = new();
            MachineDisks machine = new("/");
            ApplyTools tools = new()
            {
                Check = keys,
                Codecs = codecs,
                Hashes = new PayloadHashes(),
                Files = new RealFiles(),
                Slots = (disk, partition, access) => OpenSlot.Open(machine, disk, partition, access),
                OpenFile = static path => RealBlockDevice.Open(path, BlockAccess.Read),
                FreeBytes = static folder => new DriveInfo(folder).AvailableFreeSpace,
                Time = TimeProvider.System,
                BootId = (await File.ReadAllTextAsync(BootIdFile)).Trim(),
                Threads = Math.Clamp(Environment.ProcessorCount, 1, MostThreads),
            };
            WorkerLine end = await new UpdateWork(job, tools, source, control, tell).RunAsync();
            // What other nodes send is verified as what a server sends, but it is no failure while there are others.
            while (end is WorkerLine.Failed failed && source is SharedPayloadSource shared
                && shared.TryBlame(failed.Code))
            {
                job = job with { IsResumed = true };
                end = await new UpdateWork(job, tools, source, control, tell).RunAsync();
            }

            return end;
        }
        catch (ApplyException failed)
        {
            return new WorkerLine.Failed(failed.Fault.Code, failed.Fault.Text);
        }
        catch (IOException failed)
        {
            return new WorkerLine.Failed(ApplyCodes.Error, failed.Message);
        }
    }

    private static TrustedKeys ReadKeys(string folder)
    {
        try
        {
            TrustedKeys keys = TrustFolder.Read(folder).Keys;
            return keys.Keys.Count > 0 ? keys : throw new ApplyException(
                ApplyCodes.NoKey, $"{folder} holds no key: no payload can be verified, so none is taken");
        }
        catch (IOException bad) when (bad is not ApplyException)
        {
            throw new ApplyException(ApplyCodes.NoKey, bad.Message, bad);
        }
    }

    private static IPayloadSource Source(WorkerJob job, string version)
    {
        if (job.Url.StartsWith('/'))
            return new FilePayloadSource(job.Url);
        if (!Uri.TryCreate(job.Url, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https"))
            throw new ApplyException(ApplyCodes.Redirect, "the payload's address is neither http, https nor a path");
        TransferOptions options = new()
        {
            Client = $"corenode/{version}",
            Trust = new UpdateTrust(job.CaFile.Length > 0 ? job.CaFile : null, job.CaFile),
            Proxies = ProxySettings.Of(Environment.GetEnvironmentVariable),
            User = job.User.Length > 0 ? job.User : null,
            Password = job.User.Length > 0 ? job.Password : null,
        };
        PayloadFetch fetch = new(options, TimeProvider.System);
        return SharedPayloadSource.IsFor(job)
            ? new SharedPayloadSource(job, url, fetch, new ShareConnection(job.Share), new RealFiles())
            : new ServerPayloadSource(url, fetch);
    }

    private static void Obey(TextReader input, WorkControl control)
    {
        try
        {
            while (input.ReadLine() is { } line)
            {
                if (WorkerOrderCodec.TryRead(line) is { } order)
                    control.Obey(order);
            }

            control.Stop();
        }
        catch (Exception over) when (over is IOException or ObjectDisposedException)
        {
            // The work is over.
        }
    }

    // False once nobody reads any more.
    private static bool Tell(TextWriter output, WorkerLine line)
    {
        try
        {
            lock (output)
            {
                output.WriteLine(WorkerLineCodec.Write(line));
                output.Flush();
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
