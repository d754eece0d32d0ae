using System.Globalization;
using System.Text.Json;
using CoreNode.Store;
using CoreNode.Units.Model;

namespace CoreNode.Units.Registry;

/// <summary>
/// The values of the registry as text, both ways: fleet's byte for byte where fleet has them (A.2), with fields of
/// CoreNode's own behind fleet's and only where they say something. Reading gives null for a damaged value.
/// </summary>
public static class RegistryValues
{
    /// <summary>Value of the key that says that units are used.</summary>
    public const string EngineVersion = "1";

    /// <summary>unit/&lt;hash&gt;.</summary>
    public static string WriteUnit(UnitFile file) =>
        new RegistryJsonWriter().Open('{').Name("Raw").Text(file.Text).Close('}').ToString();

    /// <summary>unit/&lt;hash&gt;.</summary>
    public static UnitFile? ReadUnit(string value)
    {
        string? raw = RegistryJsonReader.Read(value, e => new RegistryJsonReader(e).Text("Raw"));
        return raw is null ? null : UnitFile.Parse(raw, out _);
    }

    /// <summary>job/&lt;unit&gt;/object.</summary>
    public static string WriteJobObject(string unit, string hash, bool isReplica = false)
    {
        RegistryJsonWriter json = new();
        json.Open('{').Name("Name").Text(unit).Name("UnitHash").Open('[');
        foreach (byte part in Convert.FromHexString(hash))
            json.Number(part);
        json.Close(']');
        if (isReplica)
            json.Name("IsReplica").Word("true");
        return json.Close('}').ToString();
    }

    /// <summary>Whether the engine keeps that job as one of its template's replicas.</summary>
    public static bool ReadIsReplica(string value) =>
        value.Contains("IsReplica", StringComparison.Ordinal)
        && RegistryJsonReader.Read(value, static e => new RegistryJsonReader(e).Flag("IsReplica") is true ? "" : null)
            is not null;

    /// <summary>The hash in job/&lt;unit&gt;/object.</summary>
    public static string? ReadJobObject(string unit, string value) =>
        RegistryJsonReader.Read(value, e =>
        {
            if (new RegistryJsonReader(e).Text("Name") != unit)
                return null;
            JsonElement list = e.GetProperty("UnitHash");
            if (list.GetArrayLength() != 20)
                return null;
            byte[] hash = new byte[20];
            for (int i = 0; i < hash.Length; i++)
                hash[i] = list[i].GetByte();
            return Convert.ToHexStringLower(hash);
        });

    /// <summary>machines/&lt;id&gt;/object.</summary>
    public static string WriteMachine(MachineObject machine)
    {
        RegistryJsonWriter json = new();
        json.Open('{').Name("ID").Text(machine.Id).Name("PublicIP").Text(machine.PublicIp).Name("Metadata").Open('{');
        SortedDictionary<string, string> metadata = new(StringComparer.Ordinal);
        foreach (KeyValuePair<string, string> pair in machine.Metadata)
            metadata[pair.Key] = pair.Value;
        foreach (KeyValuePair<string, string> pair in metadata)
            json.Name(pair.Key).Text(pair.Value);
        json.Close('}').Name("Capabilities").Open('{').Name("DISABLE_ENGINE").Word("false").Name("GRPC").Word("false");
        json.Close('}').Name("Version").Text(machine.Version);
        if (machine.PeerUrls.Count > 0)
        {
            json.Name("PeerURLs").Open('[');
            foreach (string url in machine.PeerUrls)
                json.Text(url);
            json.Close(']');
        }

        if (machine.MemoryBytes != 0)
            json.Name("MemoryBytes").Number(machine.MemoryBytes);
        if (machine.CpuMillis != 0)
            json.Name("CpuMillis").Number(machine.CpuMillis);
        if (machine.Instance.Length > 0)
            json.Name("Instance").Text(machine.Instance);
        return json.Close('}').ToString();
    }

    /// <summary>machines/&lt;id&gt;/object.</summary>
    public static MachineObject? ReadMachine(string id, string value) =>
        RegistryJsonReader.Read(value, e =>
        {
            RegistryJsonReader json = new(e);
            return json.Text("ID") != id ? null : new MachineObject
            {
                Id = id,
                PublicIp = json.Text("PublicIP"),
                Metadata = json.Map("Metadata"),
                Version = json.Text("Version"),
                PeerUrls = json.Texts("PeerURLs"),
                MemoryBytes = json.Number("MemoryBytes"),
                CpuMillis = json.Small("CpuMillis"),
                Instance = json.Text("Instance"),
            };
        });

    /// <summary>machines/&lt;id&gt;/cordon.</summary>
    public static string WriteCordon(MachineCordon cordon)
    {
        RegistryJsonWriter json = new();
        json.Open('{').Name("State").Text(cordon.IsDraining ? "draining" : "cordoned")
            .Name("Reason").Text(cordon.Reason).Name("By").Text(cordon.By);
        if (cordon.Before is { } before)
            json.Name("Before").Text(WriteCordon(before with { Before = null }));
        return json.Close('}').ToString();
    }

    /// <summary>machines/&lt;id&gt;/cordon; also the bare word, as people may write it.</summary>
    public static MachineCordon? ReadCordon(string value)
    {
        if (value is "cordoned" or "draining")
            return new MachineCordon(value == "draining", "", "");
        return RegistryJsonReader.Read(value, e =>
        {
            RegistryJsonReader json = new(e);
            string state = json.Text("State");
            return state is "cordoned" or "draining"
                ? new MachineCordon(state == "draining", json.Text("Reason"), json.Text("By"))
                {
                    Before = json.Text("Before") is { Length: > 0 } before ? ReadCordon(before) : null,
                }
                : null;
        });
    }

    /// <summary>schedule/&lt;machine&gt;/&lt;unit&gt;.</summary>
    public static string WriteEntry(ScheduleEntry entry)
    {
        RegistryJsonWriter json = new();
        json.Open('{').Name("Hash").Text(entry.Hash).Name("State").Text(WordOf(entry.State));
        json.Name("IsSingleton").Word(entry.IsSingleton ? "true" : "false");
        json.Name("Restart").Number(checked((long)entry.Restart));
        if (entry.Successor.Length > 0)
            json.Name("Successor").Text(entry.Successor);
        return json.Close('}').ToString();
    }

    /// <summary>schedule/&lt;machine&gt;/&lt;unit&gt;.</summary>
    public static ScheduleEntry? ReadEntry(string machine, string unit, KvNode node) =>
        RegistryJsonReader.Read(node.Value ?? "", e =>
        {
            RegistryJsonReader json = new(e);
            ScheduleState? state = json.Text("State") switch
            {
                "loaded" => ScheduleState.Loaded,
                "launched" => ScheduleState.Launched,
                "revoked" => ScheduleState.Revoked,
                _ => null,
            };
            return state is null ? null : new ScheduleEntry(machine, unit, json.Text("Hash"), state.Value)
            {
                IsSingleton = json.Flag("IsSingleton") ?? false,
                Restart = json.Count("Restart"),
                Successor = json.Text("Successor"),
                CreatedIndex = node.CreatedIndex,
                ModifiedIndex = node.ModifiedIndex,
            };
        });

    /// <summary>states/&lt;unit&gt;/&lt;machine&gt;.</summary>
    public static string WriteState(UnitStateRecord state)
    {
        RegistryJsonWriter json = new();
        json.Open('{').Name("loadState").Text(state.States.Load).Name("activeState").Text(state.States.Active);
        json.Name("subState").Text(state.States.Sub).Name("machineState").Open('{').Name("ID").Text(state.MachineId);
        json.Name("PublicIP").Text("").Name("Metadata").Word("null").Name("Capabilities").Word("null");
        json.Name("Version").Text("").Close('}').Name("unitHash").Text(state.Hash);
        if (state.Result.Length > 0)
            json.Name("result").Text(state.Result);
        if (state.ExitStatus != 0)
            json.Name("exitStatus").Number(state.ExitStatus);
        if (state.Since is { } since)
            json.Name("since").Time(since);
        if (state.Reason.Length > 0)
            json.Name("reason").Text(state.Reason);
        if (state.IsHealthy is { } isHealthy)
            json.Name("isHealthy").Word(isHealthy ? "true" : "false");
        if (state.IsAnnounced)
            json.Name("isAnnounced").Word("true");
        if (state.Restart != 0)
            json.Name("restart").Number(checked((long)state.Restart));
        return json.Close('}').ToString();
    }

    /// <summary>states/&lt;unit&gt;/&lt;machine&gt;.</summary>
    public static UnitStateRecord? ReadState(string unit, string machine, string value) =>
        RegistryJsonReader.Read(value, e =>
        {
            RegistryJsonReader json = new(e);
            UnitStates states = new(json.Text("loadState"), json.Text("activeState"), json.Text("subState"));
            return new UnitStateRecord(unit, machine, states, json.Text("unitHash"))
            {
                Result = json.Text("result"),
                ExitStatus = json.Small("exitStatus"),
                Since = json.Time("since"),
                Reason = json.Text("reason"),
                IsHealthy = json.Flag("isHealthy"),
                IsAnnounced = json.Flag("isAnnounced") ?? false,
                Restart = json.Count("restart"),
            };
        });

    /// <summary>job/&lt;unit&gt;/notice.</summary>
    public static string WriteNotice(JobNotice notice)
    {
        RegistryJsonWriter json = new();
        json.Open('{').Name("Reason").Text(notice.Reason);
        if (notice.Failures != 0)
            json.Name("Failures").Number(notice.Failures);
        if (notice.MachineId.Length > 0)
            json.Name("MachineID").Text(notice.MachineId);
        if (notice.IsStaying)
            json.Name("IsStaying").Word("true");
        if (notice.NotBefore is { } time)
            json.Name("NotBefore").Time(time);
        return json.Close('}').ToString();
    }

    /// <summary>job/&lt;unit&gt;/notice.</summary>
    public static JobNotice? ReadNotice(string value) =>
        RegistryJsonReader.Read(value, e =>
        {
            RegistryJsonReader json = new(e);
            return new JobNotice(json.Text("Reason"))
            {
                Failures = json.Small("Failures"),
                MachineId = json.Text("MachineID"),
                IsStaying = json.Flag("IsStaying") ?? false,
                NotBefore = json.Time("NotBefore"),
            };
        });

    /// <summary>job/&lt;unit&gt;/rollout.</summary>
    public static string WriteRollout(JobRollout rollout)
    {
        RegistryJsonWriter json = new();
        json.Open('{').Name("State").Text(rollout.IsStopped ? "stopped" : "paused");
        if (rollout.Hash.Length > 0)
            json.Name("Hash").Text(rollout.Hash);
        return json.Name("Reason").Text(rollout.Reason).Name("By").Text(rollout.By).Close('}').ToString();
    }

    /// <summary>job/&lt;unit&gt;/rollout; also the bare word, as people may write it.</summary>
    public static JobRollout? ReadRollout(string value)
    {
        if (value == "paused")
            return new JobRollout(IsStopped: false, "", "", "");
        return RegistryJsonReader.Read(value, static e =>
        {
            RegistryJsonReader json = new(e);
            string state = json.Text("State");
            return state is "paused" or "stopped"
                ? new JobRollout(state == "stopped", json.Text("Hash"), json.Text("Reason"), json.Text("By"))
                : null;
        });
    }

    /// <summary>
    /// announced/&lt;machine&gt;/&lt;unit&gt;: the keys that the unit's announcements made, and their values.
    /// </summary>
    public static string WriteAnnounced(IReadOnlyList<UnitAnnouncement> announcements)
    {
        RegistryJsonWriter json = new();
        json.Open('{').Name("Keys").Open('[');
        foreach (UnitAnnouncement announcement in announcements)
            json.Text(announcement.Key);
        json.Close(']').Name("Values").Open('[');
        foreach (UnitAnnouncement announcement in announcements)
            json.Text(announcement.Value);
        return json.Close(']').Close('}').ToString();
    }

    /// <summary>announced/&lt;machine&gt;/&lt;unit&gt;.</summary>
    public static IReadOnlyList<UnitAnnouncement>? ReadAnnounced(string value) =>
        RegistryJsonReader.Read(value, e =>
        {
            RegistryJsonReader json = new(e);
            List<string> keys = json.Texts("Keys");
            List<string> values = json.Texts("Values");
            List<UnitAnnouncement> announcements = [];
            for (int i = 0; i < keys.Count; i++)
                announcements.Add(new UnitAnnouncement(keys[i], i < values.Count ? values[i] : ""));
            return announcements;
        });

    /// <summary>job/&lt;unit&gt;/restart.</summary>
    public static string WriteCounter(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>lease/engine-leader: fleet's value.</summary>
    public static string WriteEngineLease(string machineId) =>
        new RegistryJsonWriter().Open('{').Name("MachineID").Text(machineId).Name("Version").Number(1).Close('}')
            .ToString();

    private static string WordOf(ScheduleState state) => state switch
    {
        ScheduleState.Loaded => "loaded",
        ScheduleState.Launched => "launched",
        ScheduleState.Revoked => "revoked",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "no such state"),
    };
}
