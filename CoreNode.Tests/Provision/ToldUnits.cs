using System.Text;
using CoreNode.Provision;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision;

/// <summary>A service manager that only notes what it is told.</summary>
internal sealed class ToldUnits : IUnitWork
{
    public List<string> Told { get; } = [];

    /// <summary>What fails, as it is noted; empty: nothing does.</summary>
    public string Failing { get; set; } = "";

    /// <summary>Power is lost before the work after so much.</summary>
    public int WorkLeft { get; set; } = int.MaxValue;

    public Task ReloadAsync(CancellationToken cancellation) => Note("reload");

    public Task DoAsync(string unit, UnitVerb verb, CancellationToken cancellation) => Note($"{verb} {unit}");

    public Task RunScriptAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        Note($"run {name}: {Encoding.UTF8.GetString(content.Span).Trim().ReplaceLineEndings("\\n")}");

    private Task Note(string work)
    {
        if (WorkLeft-- <= 0)
            throw new InvalidOperationException("power is lost");
        if (work == Failing)
            return Task.FromException(new IOException($"systemd did not {work}"));
        Told.Add(work);
        return Task.CompletedTask;
    }
}
