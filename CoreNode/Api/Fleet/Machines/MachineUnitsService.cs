using CoreNode.Api.Wire;

namespace CoreNode.Api.Fleet.Machines;

/// <summary>
/// The answering side of <see cref="MachineServices"/>: what another node asks about units of this machine. Hosting
/// registers both methods as services of requests between nodes. Called for several at once.
/// </summary>
/// <param name="units">The units here.</param>
public sealed class MachineUnitsService(IMachineUnits units)
{
    /// <summary>Lines that a status shows.</summary>
    public const int StatusLines = 10;

    // What is read of the journal for a status, which must not wait for a slow disk.
    private static readonly TimeSpan s_linesTime = TimeSpan.FromSeconds(2);

    /// <summary>Answers how a unit stands here: one JSON object.</summary>
    /// <exception cref="IOException">The question cannot be read.</exception>
    public async Task AnswerStatusAsync(Stream question, Stream answer, CancellationToken cancellation)
    {
        MachineQuestion asked = await ReadAsync(question, cancellation);
        UnitReport report = await ReportAsync(units, asked.Unit, asked.Lines, cancellation);
        JsonBuffer json = new(1024);
        json.Raw("{\"version\":1"u8);
        MachineJson.WriteFields(json, report);
        json.Raw("}\n"u8);
        await answer.WriteAsync(json.WrittenMemory, cancellation);
    }

    /// <summary>Answers with what a unit wrote here: one JSON object a line.</summary>
    /// <exception cref="IOException">The question or the journal cannot be read.</exception>
    public async Task AnswerJournalAsync(Stream question, Stream answer, CancellationToken cancellation)
    {
        MachineQuestion asked = await ReadAsync(question, cancellation);
        JsonBuffer json = new(1024);
        await foreach (JournalLine line in units.ReadJournalAsync(
            asked.Unit, asked.Lines, asked.IsFollowing, cancellation))
        {
            json.Clear(64 << 10);
            MachineJson.Write(json, line, null);
            json.Raw("\n"u8);
            await answer.WriteAsync(json.WrittenMemory, cancellation);
            if (asked.IsFollowing)
                await answer.FlushAsync(cancellation);
        }
    }

    /// <summary>How a unit stands on this machine, with its last lines; never fails but when cancelled.</summary>
    internal static async Task<UnitReport> ReportAsync(
        IMachineUnits units, string unit, int lines, CancellationToken cancellation)
    {
        if (units.Find(unit) is not { } report)
        {
            return new UnitReport(CoreNode.Units.Model.UnitStates.NotFound)
            {
                Error = "this machine does not have it (yet, or any more)",
            };
        }

        List<JournalLine> last = [];
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(s_linesTime);
        try
        {
            await foreach (JournalLine line in units.ReadJournalAsync(
                unit, lines == 0 ? StatusLines : lines, false, deadline.Token))
            {
                last.Add(line);
            }
        }
        catch (IOException fault)
        {
            return report with { Error = fault.Message };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return report with { Lines = last, Error = "its journal could not be read within 2 s" };
        }

        return report with { Lines = last };
    }

    private static async Task<MachineQuestion> ReadAsync(Stream question, CancellationToken cancellation)
    {
        byte[] bytes = new byte[MachineServices.MaxQuestionBytes];
        int length = await question.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellation);
        return MachineQuestion.Decode(bytes.AsSpan(0, length))
            ?? throw new IOException("the question about a unit cannot be read: another version asks");
    }
}
