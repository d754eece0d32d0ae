using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using CoreNode.Api.Fleet.Machines;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Api.Fleet;

/// <summary>
/// Machines as the surface asks them, each with its units: this one directly, others through the services' own bytes.
/// </summary>
internal sealed class ScriptedMachines : IMachineUnits, IMachineAccess
{
    private readonly ConcurrentDictionary<string, ScriptedMachines> _others = new();
    private readonly ConcurrentDictionary<string, UnitReport> _reports = new();
    private readonly ConcurrentDictionary<string, Channel<JournalLine>> _journals = new();

    /// <summary>Why the machine cannot be reached; null if it can.</summary>
    public string? Fault { get; set; }

    /// <summary>Questions that are being answered now.</summary>
    public int Asking => Volatile.Read(ref _asking);

    private int _asking;

    public ScriptedMachines Other(string id) => _others.GetOrAdd(id, static _ => new ScriptedMachines());

    public void Set(string unit, UnitReport report) => _reports[unit] = report;

    public void Log(string unit, params string[] messages)
    {
        foreach (string message in messages)
        {
            JournalLine line = new(DateTimeOffset.FromUnixTimeSeconds(1_795_000_000), message, 6, "sh", 42);
            Assert.That(JournalOf(unit).Writer.TryWrite(line), Is.True);
        }
    }

    public UnitReport? Find(string unit) => _reports.GetValueOrDefault(unit);

    public async IAsyncEnumerable<JournalLine> ReadJournalAsync(
        string unit, int lines, bool isFollowing, [EnumeratorCancellation] CancellationToken cancellation)
    {
        List<JournalLine> there = [];
        while (JournalOf(unit).Reader.TryRead(out JournalLine? line))
            there.Add(line);
        foreach (JournalLine line in there.TakeLast(lines == 0 ? there.Count : lines))
            yield return line;
        if (!isFollowing)
            yield break;
        await foreach (JournalLine line in JournalOf(unit).Reader.ReadAllAsync(cancellation))
            yield return line;
    }

    public Task<IMachineAnswer> AskAsync(
        Machine machine, string service, ReadOnlyMemory<byte> question, CancellationToken cancellation)
    {
        ScriptedMachines other = Other(machine.Id);
        if (other.Fault is { } fault)
            throw new IOException(fault);
        return Task.FromResult<IMachineAnswer>(new Answer(other, service, question, cancellation));
    }

    private Channel<JournalLine> JournalOf(string unit) =>
        _journals.GetOrAdd(unit, static _ => Channel.CreateUnbounded<JournalLine>());

    private sealed class Answer : IMachineAnswer
    {
        private readonly Pipe _pipe = new();
        private readonly CancellationTokenSource _stop;
        private readonly Task _serving;

        public Answer(
            ScriptedMachines machine, string service, ReadOnlyMemory<byte> question, CancellationToken cancellation)
        {
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            _serving = ServeAsync(machine, service, question);
        }

        public Stream Body => _pipe.Reader.AsStream();

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _pipe.Reader.CompleteAsync();
            await _serving;
            _stop.Dispose();
        }

        private async Task ServeAsync(ScriptedMachines machine, string service, ReadOnlyMemory<byte> question)
        {
            Interlocked.Increment(ref machine._asking);
            MachineUnitsService units = new(machine);
            using MemoryStream asked = new(question.ToArray());
            Exception? fault = null;
            try
            {
                Stream answer = _pipe.Writer.AsStream(leaveOpen: true);
                await (service == MachineServices.Status
                    ? units.AnswerStatusAsync(asked, answer, _stop.Token)
                    : units.AnswerJournalAsync(asked, answer, _stop.Token));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                fault = e;
            }

            await _pipe.Writer.CompleteAsync(fault);
            Interlocked.Decrement(ref machine._asking);
        }
    }
}
