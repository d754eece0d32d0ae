using CoreNode.Units.Model;

namespace CoreNode.Api.Fleet.Machines;

/// <summary>
/// Asks any machine about a unit, this one without a detour. A machine that cannot be asked costs its own answer only.
/// Any thread.
/// </summary>
/// <param name="ownId">This machine.</param>
/// <param name="own">Its units; null where it runs none.</param>
/// <param name="others">How others are reached.</param>
internal sealed class MachineDesk(string ownId, IMachineUnits? own, IMachineAccess others)
{
    // A machine that is gone must not keep the others' answers back.
    private static readonly TimeSpan s_statusTime = TimeSpan.FromSeconds(5);

    /// <summary>How a unit stands on a machine; with the reason in it where that cannot be told.</summary>
    public async Task<UnitReport> ReportAsync(
        Machine machine, string unit, int lines, CancellationToken cancellation)
    {
        if (machine.Id == ownId && own is not null)
            return await MachineUnitsService.ReportAsync(own, unit, lines, cancellation);
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(s_statusTime);
        try
        {
            byte[] question = new MachineQuestion(unit, lines, false).Encode();
            await using IMachineAnswer answer = await others.AskAsync(
                machine, MachineServices.Status, question, deadline.Token);
            ReadOnlyMemory<byte>? bytes = await new LineReader(answer.Body).ReadAsync(deadline.Token);
            return bytes is { } report && MachineJson.ReadReport(report.Span) is { } read
                ? read
                : Failed("its answer cannot be read: it runs another version");
        }
        catch (IOException fault)
        {
            return Failed(fault.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Failed($"it did not answer within {s_statusTime.TotalSeconds} s");
        }
    }

    /// <summary>Hands what a unit wrote on a machine to <paramref name="take"/>, in order, until its end.</summary>
    /// <exception cref="IOException">It cannot be had, or no more of it; the message says why.</exception>
    public async Task ReadJournalAsync(
        Machine machine, MachineQuestion question, Func<JournalLine, ValueTask> take, CancellationToken cancellation)
    {
        if (machine.Id == ownId && own is not null)
        {
            await foreach (JournalLine line in own.ReadJournalAsync(
                question.Unit, question.Lines, question.IsFollowing, cancellation))
            {
                await take(line);
            }

            return;
        }

        await using IMachineAnswer answer = await others.AskAsync(
            machine, MachineServices.Journal, question.Encode(), cancellation);
        LineReader lines = new(answer.Body);
        while (await lines.ReadAsync(cancellation) is { } bytes)
        {
            if (MachineJson.ReadLine(bytes.Span) is { } line)
                await take(line);
        }
    }

    private static UnitReport Failed(string reason) => new(new UnitStates("", "", "")) { Error = reason };
}
