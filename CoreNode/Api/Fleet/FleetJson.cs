using CoreNode.Api.Wire;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Api.Fleet;

/// <summary>
/// fleet's objects as Go writes them: fields in the order of the alphabet, what is empty is left out (fleet: A.10).
/// </summary>
internal static class FleetJson
{
    /// <summary>A unit with its state; a global unit has none of its own and no machine.</summary>
    public static void WriteUnit(JsonBuffer json, Job job, DesiredState current)
    {
        int start = json.Length;
        Text(json, ",\"currentState\":"u8, DesiredStates.Word(current));
        Text(json, ",\"desiredState\":"u8, DesiredStates.Word(job.Desired));
        if (!job.Requirements.IsGlobal)
            Text(json, ",\"machineID\":"u8, job.Target);
        Text(json, ",\"name\":"u8, job.Name.Full);
        if (job.File is { Options.Count: > 0 } file)
            WriteOptions(json, file.Options);
        Close(json, start);
    }

    /// <summary>A unit's state on a machine.</summary>
    public static void WriteState(JsonBuffer json, UnitStateRecord state)
    {
        int start = json.Length;
        Text(json, ",\"hash\":"u8, state.Hash);
        Text(json, ",\"machineID\":"u8, state.MachineId);
        Text(json, ",\"name\":"u8, state.Unit);
        Text(json, ",\"systemdActiveState\":"u8, state.States.Active);
        Text(json, ",\"systemdLoadState\":"u8, state.States.Load);
        Text(json, ",\"systemdSubState\":"u8, state.States.Sub);
        Close(json, start);
    }

    /// <summary>
    /// What there is to say of a unit without any state: its name. fleetctl ends in a crash if it is told that there is
    /// nothing (404), and asks again after this.
    /// </summary>
    public static void WriteNoState(JsonBuffer json, string unit)
    {
        int start = json.Length;
        Text(json, ",\"name\":"u8, unit);
        Close(json, start);
    }

    /// <summary>A machine.</summary>
    public static void WriteMachine(JsonBuffer json, Machine machine)
    {
        int start = json.Length;
        Text(json, ",\"id\":"u8, machine.Id);
        if (machine.Metadata.Count > 0)
        {
            json.Raw(",\"metadata\":"u8);
            WriteMap(json, machine.Metadata);
        }

        Text(json, ",\"primaryIP\":"u8, machine.PublicIp);
        Close(json, start);
    }

    /// <summary>Names and values in byte order of the names.</summary>
    public static void WriteMap(JsonBuffer json, IReadOnlyDictionary<string, string> map)
    {
        string[] names = [.. map.Keys];
        Array.Sort(names, StringComparer.Ordinal);
        for (int i = 0; i < names.Length; i++)
        {
            json.Raw(i == 0 ? "{"u8 : ","u8);
            json.Quoted(names[i]);
            json.Raw(":"u8);
            json.Quoted(map[names[i]]);
        }

        json.Raw(names.Length == 0 ? "{}"u8 : "}"u8);
    }

    /// <summary>Writes ,"options":[…].</summary>
    public static void WriteOptions(JsonBuffer json, IReadOnlyList<UnitOption> options)
    {
        json.Raw(",\"options\":["u8);
        for (int i = 0; i < options.Count; i++)
        {
            if (i > 0)
                json.Raw(","u8);
            int start = json.Length;
            Text(json, ",\"name\":"u8, options[i].Name);
            Text(json, ",\"section\":"u8, options[i].Section);
            Text(json, ",\"value\":"u8, options[i].Value);
            Close(json, start);
        }

        json.Raw("]"u8);
    }

    // The first field's comma becomes the opening brace.
    private static void Close(JsonBuffer json, int start)
    {
        if (json.Length == start)
            json.Raw("{"u8);
        else
            json.ReplaceAt(start, (byte)'{');
        json.Raw("}"u8);
    }

    private static void Text(JsonBuffer json, ReadOnlySpan<byte> head, string text)
    {
        if (text.Length == 0)
            return;
        json.Raw(head);
        json.Quoted(text);
    }
}
