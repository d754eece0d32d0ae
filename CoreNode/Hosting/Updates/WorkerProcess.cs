using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Updates.Applying.Worker;
using CoreNode.Updates.Client.Ports;
using CoreNode.Updates.Lifecycle;
using Microsoft.Extensions.Logging;

namespace CoreNode.Hosting.Updates;

/// <summary>
/// One worker process, seen from its parent: this program again, which is given its job by its standard input and says
/// by its standard output how it gets on. The end of its input tells it that this process is gone.
/// </summary>
internal sealed class WorkerProcess : IWorkerRun
{
    private static readonly TimeSpan s_exit = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly Task _complaints;
    private readonly ILogger _logger;
    private readonly Action? _ended;
    private readonly Lock _gate = new(); // the process's input, _isClosed
    private bool _isClosed;

    private WorkerProcess(Process process, ILogger logger, Action? ended)
    {
        _ended = ended;
        _process = process;
        _logger = logger;
        _complaints = LogComplaintsAsync();
    }

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>Starts it with that job.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="place">Puts it where it shall run, by its number; before it is told what to do.</param>
    /// <param name="job">What it does.</param>
    /// <param name="logger">Told what it writes to its standard error.</param>
    /// <param name="ended">Called once it is gone.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static async Task<WorkerProcess> StartAsync(
        IReadOnlyList<string> command, Func<int, Task> place, WorkerJob job, ILogger logger, Action? ended = null)
    {
        ProcessStartInfo start = new(command[0], ListPart.From(command, 1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        WorkerProcess worker;
        try
        {
            worker = new WorkerProcess(Process.Start(start)!, logger, ended);
        }
        catch (Win32Exception refused)
        {
            throw new IOException($"{command[0]} cannot be started: {refused.Message}", refused);
        }

        try
        {
            await place(worker.Id);
        }
        catch
        {
            // Given up before it was told anything: it would wait for its job as long as this process lives.
            await worker.DisposeAsync();
            throw;
        }

        worker.Write(WorkerJobCodec.Write(job));
        return worker;
    }

    /// <inheritdoc/>
    public async Task<WorkerReport?> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            string? line = await _process.StandardOutput.ReadLineAsync(cancellation);
            if (line is null)
                return null;
            WorkerLine read = WorkerLineCodec.TryRead(line, out string? complaint)
                ?? throw new IOException($"the worker process says what cannot be read: {complaint}");
            if (Translate(read) is { } report)
                return report;
        }
    }

    /// <inheritdoc/>
    public void Pause(bool isPaused) =>
        Write(WorkerOrderCodec.Write(isPaused ? new WorkerOrder.Pause() : new WorkerOrder.Go()));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            // What is still to be written is of no use to it.
            _process.StandardInput.BaseStream.Dispose();
        }

        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        using (CancellationTokenSource limit = new(s_exit))
        {
            // A process in the middle of a write to a disk that hangs goes only when the disk answers: whoever writes
            // there next waits for its lock.
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _complaints.WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _process.Dispose();
        _ended?.Invoke();
    }

    private static WorkerReport? Translate(WorkerLine line) => line switch
    {
        WorkerLine.Progress progress => new WorkerReport.Progress(progress.Done, progress.Total),
        WorkerLine.Metadata metadata => new WorkerReport.Metadata(Translate(metadata), metadata.Size)
        {
            Beginning = metadata.Beginning,
        },
        WorkerLine.Applied applied =>
            new WorkerReport.Applied(applied.BytesWritten, applied.BytesSkipped, applied.BytesFetched),
        WorkerLine.Verified verified => new WorkerReport.Verified(verified.SlotMetadata),
        WorkerLine.Failed failed => new WorkerReport.Failed(new UpdateFailure((UpdateError)failed.Code, failed.Text)
        {
            IsNoNetwork = failed.IsNoNetwork,
            HttpStatus = failed.HttpStatus,
        }),
        WorkerLine.Stopped => null,
        _ => throw new InvalidOperationException("an unknown kind of line"),
    };

    private static ReleaseFacts Translate(WorkerLine.Metadata metadata) => new()
    {
        Version = metadata.Version,
        Counter = metadata.Counter,
        MinimumCounter = metadata.MinimumCounter,
        // Beyond the calendar is never.
        Expires = metadata.Expiry is > 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(metadata.Expiry)
            : null,
        Board = metadata.Board,
        AppId = metadata.AppId,
        PayloadId = metadata.MetadataSha256,
    };

    private void Write(string line)
    {
        lock (_gate)
        {
            if (_isClosed)
                return;
            try
            {
                _process.StandardInput.Write(line + "\n");
                _process.StandardInput.Flush();
            }
            catch (IOException)
            {
                // It has ended: its output says so.
            }
        }
    }

    private async Task LogComplaintsAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            if (line.Length > 0)
                _logger.WorkerComplains(line);
        }
    }
}
