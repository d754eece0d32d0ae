namespace CoreNode.Systemd;

/// <summary>Asks systemd for what its signals do not tell, or told while nobody listened. Any thread.</summary>
internal sealed class UnitReader(SystemdBus bus, UnitTable units)
{
    private const string UnitInterface = "org.freedesktop.systemd1.Unit";

    /// <summary>Reads all facts of one unit.</summary>
    public async Task RefreshAsync(UnitRecord record, CancellationToken cancellation)
    {
        await bus.GetAllAsync(record.Path, UnitInterface, reader => units.Read(record, reader), cancellation);
        // What never ran has nothing to tell.
        if (record.Interface.Length == 0 || units.States(record) is not { Load: "loaded", Active: not "inactive" })
            return;
        await bus.GetAllAsync(record.Path, record.Interface, reader => units.Read(record, reader), cancellation);
    }

    /// <summary>Reads all facts of all units.</summary>
    public Task RefreshAllAsync(CancellationToken cancellation)
    {
        List<Task> reads = [];
        foreach (UnitRecord record in units.All())
            reads.Add(RefreshAsync(record, cancellation));
        return Task.WhenAll(reads);
    }

    /// <summary>
    /// Reads the states of what runs or has failed, in one call: a reload changes load states without a signal.
    /// </summary>
    public async Task ListAsync()
    {
        Dictionary<string, UnitRecord> asked = [];
        foreach (UnitRecord record in units.All())
        {
            if (units.States(record).Active != "inactive")
                asked.Add(record.Name, record);
        }

        if (asked.Count == 0)
            return;
        try
        {
            await bus.CallAsync(
                BusMethod.ListUnitsByNames,
                writer => writer.Write(asked.Keys),
                reader => ReadList(reader, asked),
                CancellationToken.None);
        }
        catch (BusException)
        {
            // Lost: everything is read anew once it is found again.
        }
    }

    /// <summary>A signal about any unit of this machine, on the connection's thread.</summary>
    public void OnSignal(BusReader reader)
    {
        if (units.ReadSignal(reader) is not { Interface.Length: > 0 } record)
            return;
        bool isWanted = units.Look(record, facts =>
        {
            if (facts.IsAtRest || facts.IsGroupAsked || facts.MainPid == 0)
                return "";
            facts.IsGroupAsked = true;
            return "yes";
        }).Length > 0;
        if (isWanted)
            _ = AskForGroupAsync(record);
    }

    private async Task AskForGroupAsync(UnitRecord record)
    {
        try
        {
            await bus.GetAsync(
                record.Path, record.Interface, "ControlGroup", reader => units.ReadGroup(record, reader),
                CancellationToken.None);
        }
        catch (BusException)
        {
            // Gone meanwhile, or of a type without processes.
        }
    }

    private void ReadList(BusReader reader, Dictionary<string, UnitRecord> asked)
    {
        reader.Enter('a', "(ssssssouso)"u8);
        while (reader.Enter('r', "ssssssouso"u8))
        {
            string name = reader.ReadString();
            reader.Skip("s"u8);
            string load = reader.ReadString();
            string active = reader.ReadString();
            string sub = reader.ReadString();
            reader.Skip("souso"u8);
            reader.Exit();
            if (asked.TryGetValue(name, out UnitRecord? record))
                units.Change(record, facts => facts.Set(load, active, sub));
        }

        reader.Exit();
    }
}
