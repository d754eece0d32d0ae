using System.Diagnostics;
using System.Globalization;
using CoreNode.Updates.Applying.Worker;

namespace CoreNode.Tests.EndToEnd;

/// <summary>The native process that applies updates, seen by its parent.</summary>
internal sealed class UpdateWorkerProcess : IDisposable
{
    private readonly Process _process;

    private UpdateWorkerProcess(Process process) => _process = process;

    public int Pid => _process.Id;

    /// <summary>The most memory that it had, in MB; as it was seen at its last line of progress.</summary>
    public double PeakMegabytes { get; private set; }

    /// <summary>What it gave the disk to write (proc(5), "io"), in bytes; seen at the same moment.</summary>
    public long WrittenBytes { get; private set; }

    public static UpdateWorkerProcess Start(WorkerJob job)
    {
        ProcessStartInfo start = new(TestPrograms.Corenode())
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.ArgumentList.Add("update-worker");
        Process process = Process.Start(start) ?? throw new IOException("the worker did not start");
        process.StandardInput.AutoFlush = true;
        process.StandardInput.WriteLine(WorkerJobCodec.Write(job));
        return new UpdateWorkerProcess(process);
    }

    /// <summary>Does a job to its end.</summary>
    public static async Task<WorkerLine?> RunAsync(WorkerJob job)
    {
        using UpdateWorkerProcess worker = Start(job);
        return await worker.EndAsync();
    }

    /// <summary>The next line; null once there are none.</summary>
    public async Task<WorkerLine?> NextAsync()
    {
        string? text = await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(5));
        if (text is null)
            return null;
        WorkerLine line = WorkerLineCodec.TryRead(text, out string? complaint)
            ?? throw new IOException($"{complaint}: {text}");
        if (line is WorkerLine.Progress)
            Measure();
        return line;
    }

    /// <summary>The last line; null if it had none.</summary>
    public async Task<WorkerLine?> EndAsync()
    {
        WorkerLine? last = null;
        while (await NextAsync() is { } line)
            last = line;
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return last is WorkerLine.Progress ? null : last;
    }

    /// <summary>Tells it something.</summary>
    public void Order(WorkerOrder order) => _process.StandardInput.WriteLine(WorkerOrderCodec.Write(order));

    /// <summary>Its parent goes.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private void Measure()
    {
        try
        {
            PeakMegabytes = Benchmarks.ProcessMeter.PeakMegabytes(Pid);
            string line = File.ReadLines($"/proc/{Pid}/io").First(
                static one => one.StartsWith("write_bytes:", StringComparison.Ordinal));
            WrittenBytes = long.Parse(line["write_bytes:".Length..], CultureInfo.InvariantCulture);
        }
        catch (Exception over) when (over is IOException or InvalidOperationException)
        {
            // It has ended in between.
        }
    }
}
