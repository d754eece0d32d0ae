using CoreNode.Units.Manager;
using CoreNode.Units.Model;

namespace CoreNode.Systemd;

/// <summary>What systemd said last about one unit, property by property. Used under its owner's lock.</summary>
internal sealed class UnitFacts
{
    private const ulong NotSet = ulong.MaxValue;

    private ulong _activeSince;
    private ulong _begun;
    private ulong _memory = NotSet;
    private ulong _processor = NotSet;

    public string Load { get; private set; } = "loaded";

    public string Active { get; private set; } = "inactive";

    public string Sub { get; private set; } = "dead";

    public string Result { get; private set; } = "";

    public string LoadError { get; private set; } = "";

    public string FragmentPath { get; private set; } = "";

    public List<string> DropIns { get; private set; } = [];

    public bool NeedsReload { get; private set; }

    public uint MainPid { get; private set; }

    public int ExitStatus { get; private set; }

    public uint Restarts { get; private set; }

    public string ControlGroup { get; private set; } = "";

    /// <summary>systemd was asked for its control group, which no signal tells.</summary>
    public bool IsGroupAsked { get; set; }

    public UnitStates States => new(Load, Active, Sub);

    /// <summary>Nothing of it runs, and nothing is about to.</summary>
    public bool IsAtRest => Active is "inactive" or "failed";

    /// <summary>Takes over a list of properties (a{sv}), whole or those that have changed.</summary>
    public void Read(BusReader reader)
    {
        reader.Enter('a', "{sv}"u8);
        while (reader.Enter('e', "sv"u8))
        {
            ReadOne(reader, reader.ReadString());
            reader.Exit();
        }

        reader.Exit();
        if (IsAtRest)
        {
            ControlGroup = "";
            IsGroupAsked = false;
            _memory = NotSet;
        }
    }

    /// <summary>Takes over the answer to being asked for the control group (v).</summary>
    public void ReadGroup(BusReader reader) => ControlGroup = IsAtRest ? "" : Text(reader);

    /// <summary>The three states as a listing gives them.</summary>
    public void Set(string load, string active, string sub) => (Load, Active, Sub) = (load, active, sub);

    public UnitObservation Observe(string name, string hash) => new(name, hash, States)
    {
        // systemd says "success" of a unit that never ran, too. A oneshot that is through was never active.
        Result = _begun == 0 && Active == "inactive" && Result == "success" ? "" : Result,
        MainPid = (int)MainPid,
        ExitStatus = ExitStatus,
        Since = _activeSince == 0
            ? null
            : DateTimeOffset.UnixEpoch.AddTicks((long)_activeSince * TimeSpan.TicksPerMicrosecond),
        Restarts = (int)Restarts,
        ControlGroup = ControlGroup,
        MemoryBytes = _memory == NotSet ? 0 : (long)_memory,
        ProcessorTime = _processor == NotSet ? TimeSpan.Zero : TimeSpan.FromTicks((long)(_processor / 100)),
    };

    private void ReadOne(BusReader reader, string property)
    {
        switch (property)
        {
            case "LoadState": Load = Text(reader); break;
            case "ActiveState": Active = Text(reader); break;
            case "SubState": Sub = Text(reader); break;
            case "Result": Result = Text(reader); break;
            case "FragmentPath": FragmentPath = Text(reader); break;
            case "ControlGroup": ControlGroup = Text(reader); break;
            case "LoadError": LoadError = ErrorText(reader); break;
            case "DropInPaths": DropIns = Texts(reader); break;
            case "NeedDaemonReload":
                reader.Enter('v', "b"u8);
                NeedsReload = reader.ReadBool();
                reader.Exit();
                break;
            case "MainPID": MainPid = Number(reader); break;
            case "NRestarts": Restarts = Number(reader); break;
            case "ExecMainStatus":
                reader.Enter('v', "i"u8);
                ExitStatus = reader.ReadInt32();
                reader.Exit();
                break;
            case "InactiveExitTimestamp": _begun = LongNumber(reader); break;
            case "ActiveEnterTimestamp": _activeSince = LongNumber(reader); break;
            case "MemoryCurrent": _memory = LongNumber(reader); break;
            case "CPUUsageNSec": _processor = LongNumber(reader); break;
            default: reader.Skip("v"u8); break;
        }
    }

    private static string Text(BusReader reader)
    {
        reader.Enter('v', "s"u8);
        string text = reader.ReadString();
        reader.Exit();
        return text;
    }

    private static List<string> Texts(BusReader reader)
    {
        List<string> texts = [];
        reader.Enter('v', "as"u8);
        reader.Enter('a', "s"u8);
        // An array of strings has no end mark but that there is nothing more to read.
        while (reader.TryReadString(out string text))
            texts.Add(text);
        reader.Exit();
        reader.Exit();
        return texts;
    }

    private static string ErrorText(BusReader reader)
    {
        reader.Enter('v', "(ss)"u8);
        reader.Enter('r', "ss"u8);
        reader.ReadString();
        string text = reader.ReadString();
        reader.Exit();
        reader.Exit();
        return text;
    }

    private static uint Number(BusReader reader)
    {
        reader.Enter('v', "u"u8);
        uint number = reader.ReadUInt32();
        reader.Exit();
        return number;
    }

    private static ulong LongNumber(BusReader reader)
    {
        reader.Enter('v', "t"u8);
        ulong number = reader.ReadUInt64();
        reader.Exit();
        return number;
    }
}
