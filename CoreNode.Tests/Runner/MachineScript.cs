using System.Globalization;
using System.Text;
using CoreNode.Platform.Processes;
using CoreNode.Runner.Machine;
using CoreNode.Runner.Settings;
using CoreNode.Units.Model;

namespace CoreNode.Tests.Runner;

/// <summary>
/// Drives a <see cref="UnitMachine"/> by commands, one a line, and writes down what it wants and how it stands: the
/// machine's processes and clock are words of the script.
/// </summary>
internal sealed class MachineScript
{
    private readonly UnitMachine _machine;
    private readonly StringBuilder _transcript = new();
    private TimeSpan _now = TimeSpan.FromSeconds(1000);
    private int _lastPid = 100;
    private bool _failsToSpawn;

    /// <summary>A machine of a unit file.</summary>
    public MachineScript(string text)
    {
        UnitFile file = UnitFile.Parse(text, out IReadOnlyList<UnitProblem> problems)
            ?? throw new InvalidOperationException(string.Join('\n', problems));
        UnitSettingsResult read = UnitSettingsReader.Read("u.service", file, new HostFacts());
        _machine = new UnitMachine(
            read.Settings ?? throw new InvalidOperationException(read.Refusal), new MachineState());
    }

    /// <summary>What came of all commands.</summary>
    public string Transcript => _transcript.ToString();

    /// <summary>Does one command.</summary>
    public void Do(string command)
    {
        _transcript.Append("> ").Append(command).Append('\n');
        string[] words = command.Split(' ', 2);
        string rest = words.Length > 1 ? words[1] : "";
        switch (words[0])
        {
            case "start":
                _machine.Start(_now);
                break;
            case "stop":
                _machine.Stop(_now);
                break;
            case "reload":
                _machine.Reload(_now);
                break;
            case "kill":
                _machine.Kill(_now);
                break;
            case "executes":
                _machine.Executed(_now, _machine.State.MainPid);
                break;
            case "exit":
                Exit(rest.Split(' '));
                break;
            case "empty":
                // Asked again as often as it wants to know.
                for (UnitPhase before = UnitPhase.Dead; before != _machine.State.Phase;)
                {
                    before = _machine.State.Phase;
                    _machine.GroupEmpty(_now);
                    Settle();
                }

                break;
            case "oom":
                _machine.OutOfMemory(_now);
                break;
            case "main":
                _machine.MainFound(_now, int.Parse(rest, CultureInfo.InvariantCulture));
                break;
            case "notify":
                _machine.Notified(
                    _now, NotifyMessage.Parse(rest.Replace(';', '\n')), isMainValid: true);
                break;
            case "after":
                _now += TimeSpanText.Parse(rest) ?? throw new FormatException(rest);
                _machine.TimeIsUp(_now);
                break;
            case "cannot-spawn":
                _failsToSpawn = true;
                return;
            case "resume":
                _machine.Resume(_now);
                break;
            default:
                throw new FormatException($"no such command: {command}");
        }

        Settle();
        Stand();
    }

    private void Exit(string[] words)
    {
        int pid = words[0] == "main" ? _machine.State.MainPid : _machine.State.ControlPid;
        ProcessEnd end = words[1] switch
        {
            "unknown" => new ProcessEnd(ProcessEndKind.Unknown, 0),
            "killed" => new ProcessEnd(ProcessEndKind.Killed, SignalNames.Find(words[2])!.Value),
            "dumped" => new ProcessEnd(ProcessEndKind.Dumped, SignalNames.Find(words[2])!.Value),
            var code => new ProcessEnd(ProcessEndKind.Exited, int.Parse(code, CultureInfo.InvariantCulture)),
        };
        _machine.Exited(_now, pid, end);
    }

    private void Settle()
    {
        while (_machine.TakeActions() is { Count: > 0 } actions)
        {
            foreach (UnitAction action in actions)
            {
                _transcript.Append("  ").Append(Text(action)).Append('\n');
                if (action is not UnitAction.Spawn spawn)
                    continue;
                if (_failsToSpawn)
                    _machine.SpawnFailed(_now, spawn.IsMain);
                else
                    _machine.Spawned(_now, spawn.IsMain, ++_lastPid);
                _failsToSpawn = false;
            }
        }
    }

    private void Stand()
    {
        MachineState state = _machine.State;
        _transcript.Append(CultureInfo.InvariantCulture,
            $"  = {PhaseWords.Active(state.Phase)}/{PhaseWords.Sub(state.Phase, false)} {state.Result}");
        if (state.MainPid != 0)
            _transcript.Append(CultureInfo.InvariantCulture, $" main={state.MainPid}");
        if (state.ControlPid != 0)
            _transcript.Append(CultureInfo.InvariantCulture, $" control={state.ControlPid}");
        if (state.Restarts != 0)
            _transcript.Append(CultureInfo.InvariantCulture, $" restarts={state.Restarts}");
        if (_machine.NextDeadline is { } due)
            _transcript.Append(CultureInfo.InvariantCulture, $" due={(due - _now).TotalSeconds:0.###}s");
        if (_machine.HasJustFailed)
            _transcript.Append(" failed-for-good");
        _machine.HasJustFailed = false;
        _transcript.Append('\n');
    }

    private static string Text(UnitAction action) => action switch
    {
        UnitAction.Begin => "begin",
        UnitAction.Spawn spawn =>
            $"spawn {(spawn.IsMain ? "main" : "control")} {string.Join(' ', spawn.Command.Arguments)}",
        UnitAction.Signal signal => string.Create(
            CultureInfo.InvariantCulture, $"signal {signal.Pid} {SignalNames.Of(signal.Number)}"),
        UnitAction.SignalAll all => $"signal all {SignalNames.Of(all.Number)}",
        UnitAction.FindMain find => find.ByFile ? "find main by file" : "guess main",
        UnitAction.WatchGroup => "watch group",
        UnitAction.Say say => string.Create(CultureInfo.InvariantCulture, $"say {say.Priority} {say.Text}"),
        UnitAction.Release => "release",
        _ => throw new ArgumentOutOfRangeException(nameof(action)),
    };
}
