using CoreNode.Database;
using CoreNode.Updates.Rollout;

namespace CoreNode.Updates.Server.Books;

/// <summary>
/// The statements that write, prepared once, and all of a batch in one transaction. Owned by the ledger, with the
/// connection.
/// </summary>
internal sealed class Tables : IDisposable
{
    private readonly DatabaseStatement _machine;
    private readonly DatabaseStatement _sign;
    private readonly DatabaseStatement _history;
    private readonly DatabaseStatement _trim;
    private readonly DatabaseStatement _standing;
    private readonly DatabaseStatement _audit;
    private readonly DatabaseStatement _next;
    private readonly int _mostHistory;
    private long _writtenNext;

    /// <summary>Prepares the statements.</summary>
    /// <param name="file">The database, of the newest schema.</param>
    /// <param name="mostHistory">Lines of history that are kept of one machine.</param>
    public Tables(DatabaseFile file, int mostHistory)
    {
        File = file;
        _mostHistory = mostHistory;
        _machine = file.Prepare(
            "INSERT INTO machine (number, app, id, machine_group, version, alias, board, oem, oem_version, aleph, "
            + "first_seen, state, since, release, step, granted, outcome, outcome_round, error, events) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20) "
            + "ON CONFLICT (number) DO UPDATE SET machine_group = ?4, version = ?5, alias = ?6, board = ?7, oem = ?8, "
            + "oem_version = ?9, aleph = ?10, state = ?12, since = ?13, release = ?14, step = ?15, granted = ?16, "
            + "outcome = ?17, outcome_round = ?18, error = ?19, events = ?20");
        _sign = file.Prepare(
            "INSERT INTO sign VALUES (?1, ?2, ?3) ON CONFLICT (machine) DO UPDATE SET seen = ?2, address = ?3");
        _history = file.Prepare(
            "INSERT INTO history (machine, at, kind, type, result, error, version, other, state) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
        _trim = file.Prepare(
            "DELETE FROM history WHERE machine = ?1 AND number <= "
            + "(SELECT number FROM history WHERE machine = ?1 ORDER BY number DESC LIMIT 1 OFFSET ?2)");
        _standing = file.Prepare(
            "INSERT OR REPLACE INTO standing VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
        _audit = file.Prepare(
            "INSERT INTO audit (at, who, origin, what, subject, text) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
        _next = file.Prepare("UPDATE setting SET value = ?1 WHERE name = 'next'");
    }

    /// <summary>The connection.</summary>
    public DatabaseFile File { get; }

    /// <summary>Writes all of a batch and returns when it is durable.</summary>
    public void Write(Changes changes, long nextNumber)
    {
        File.Begin();
        try
        {
            foreach (Action<Tables> write in changes.Writes)
                write(this);
            if (nextNumber != _writtenNext)
                _next.Bind(1, nextNumber).Run();
            foreach (GroupBook group in changes.Groups)
                WriteStanding(group);
            foreach (Instance machine in changes.Machines)
                WriteMachine(machine);
            foreach (HistoryRow row in changes.History)
                WriteHistory(row);
            foreach (Action<Tables> write in changes.LaterWrites)
                write(this);
            File.Commit();
            _writtenNext = nextNumber;
        }
        catch
        {
            File.Rollback();
            throw;
        }
    }

    /// <summary>Writes the last signs of machines, in a transaction of their own.</summary>
    public void WriteSigns(IReadOnlyList<Instance> machines)
    {
        File.Begin();
        try
        {
            foreach (Instance machine in machines)
            {
                if (!machine.IsForgotten)
                    WriteSign(machine);
            }

            File.Commit();
        }
        catch
        {
            File.Rollback();
            throw;
        }
    }

    /// <summary>Adds a line to the audit log.</summary>
    public void WriteAudit(long at, Actor who, string what, string subject, string text) =>
        _audit.Bind(1, at).Bind(2, who.Name).Bind(3, who.From).Bind(4, what).Bind(5, subject).Bind(6, text).Run();

    /// <summary>Runs a statement that is needed now and then.</summary>
    public void Run(string sql, params ReadOnlySpan<object?> values)
    {
        using DatabaseStatement statement = File.Prepare(sql);
        for (int i = 0; i < values.Length; i++)
        {
            _ = values[i] switch
            {
                null => statement.BindNull(i + 1),
                long number => statement.Bind(i + 1, number),
                bool flag => statement.Bind(i + 1, flag ? 1 : 0),
                string text => statement.Bind(i + 1, text),
                byte[] bytes => statement.Bind(i + 1, bytes),
                _ => throw new ArgumentException("no kind of value that a database takes", nameof(values)),
            };
        }

        statement.Run();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _machine.Dispose();
        _sign.Dispose();
        _history.Dispose();
        _trim.Dispose();
        _standing.Dispose();
        _audit.Dispose();
        _next.Dispose();
        File.Dispose();
    }

    private void WriteMachine(Instance machine)
    {
        if (machine.IsForgotten)
            return;
        RolloutMachine value = machine.Machine;
        _machine.Bind(1, machine.Number).Bind(2, machine.App.Number).Bind(3, value.Id);
        _ = machine.Group is { } group ? _machine.Bind(4, group.Number) : _machine.BindNull(4);
        _machine.Bind(5, value.Version).Bind(6, machine.Alias).Bind(7, machine.Kind.Board).Bind(8, machine.Kind.Oem)
            .Bind(9, machine.Kind.OemVersion).Bind(10, machine.Kind.Aleph).Bind(11, machine.FirstSeen)
            .Bind(12, (int)value.State).Bind(13, UnixTime.Of(value.Since)).Bind(14, value.ReleaseId)
            .Bind(15, value.StepVersion).Bind(16, UnixTime.Of(value.GrantedAt)).Bind(17, (int)value.Outcome)
            .Bind(18, value.OutcomeRound).Bind(19, value.ErrorCode).Bind(20, machine.Events).Run();
        if (machine.IsSignNew)
            WriteSign(machine);
    }

    private void WriteSign(Instance machine) =>
        _sign.Bind(1, machine.Number).Bind(2, machine.LastSeen).Bind(3, machine.Source.Text).Run();

    private void WriteHistory(HistoryRow row)
    {
        if (row.Machine.IsForgotten)
            return;
        _history.Bind(1, row.Machine.Number).Bind(2, row.At).Bind(3, (int)row.Kind).Bind(4, row.Type)
            .Bind(5, row.Result).Bind(6, row.ErrorCode).Bind(7, row.Version).Bind(8, row.Other).Bind(9, row.State)
            .Run();
        if (row.Machine.Events > _mostHistory)
            _trim.Bind(1, row.Machine.Number).Bind(2, _mostHistory).Run();
    }

    private void WriteStanding(GroupBook group)
    {
        if (group.IsRemoved)
            return;
        RolloutStanding standing = group.Standing;
        _standing.Bind(1, group.Number).Bind(2, group.Release).Bind(3, group.Package).Bind(4, group.Started);
        Bind(5, standing.PausedAt);
        _standing.Bind(6, standing.PauseNote);
        Bind(7, standing.Stop?.At);
        _standing.Bind(8, standing.Stop?.Reason ?? "").Bind(9, standing.Stop?.Failed ?? 0)
            .Bind(10, standing.Stop?.Ended ?? 0).Bind(11, (long)standing.HeldFor.TotalSeconds)
            .Bind(12, standing.Round).Bind(13, standing.FirstMachine)
            .Bind(14, standing.IsFirstPassed ? 1 : 0).Run();
    }

    private void Bind(int index, DateTimeOffset? moment) =>
        _ = moment is { } at ? _standing.Bind(index, UnixTime.Of(at)) : _standing.BindNull(index);
}
