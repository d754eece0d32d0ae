using CoreNode.Documents;
using CoreNode.Provision.Model;

namespace CoreNode.Provision.Ignition;

/// <summary>
/// Puts a configuration together with those that it names: says what to fetch next, is given it, and merges in
/// Ignition's order (what a child names belongs to the child first). No more than so many deep, so many in all, and
/// none that names itself. Use: while <see cref="Wanted"/> is not null fetch it and call <see cref="Provide"/> or
/// <see cref="Fail"/>; then take <see cref="Finish"/>. Pure; one caller.
/// </summary>
public sealed class IgnitionAssembly
{
    private const string AcceptName = "Accept";
    private const string Accept = "application/vnd.coreos.ignition+json;version=3.5.0, */*;q=0.1";

    private readonly IgnitionRules _rules;
    private readonly IgnitionOrigins _origins = new();
    private readonly IgnitionReport _report;
    private readonly Stack<Level> _levels = new();
    private IgnitionReference? _pending;
    private MapNode? _merged;
    private int _configs;

    /// <summary>Begins with the configuration that was found.</summary>
    public IgnitionAssembly(ReadOnlyMemory<byte> json, string source, IgnitionRules rules)
    {
        _rules = rules;
        _report = new IgnitionReport(_origins);
        Enter(json, source, "", isReplacing: false);
        Advance();
    }

    /// <summary>What is to be fetched; null: nothing, <see cref="Finish"/> has the result.</summary>
    public RemoteContent? Wanted { get; private set; }

    /// <summary>How it is to be fetched.</summary>
    public FetchOptions Fetching { get; private set; } = FetchOptions.Default;

    /// <summary>What was wanted, checked and unpacked.</summary>
    public void Provide(ReadOnlyMemory<byte> json)
    {
        RemoteContent wanted = Taken();
        Enter(json, NameOf(wanted.Source), wanted.Source.AbsoluteUri, _levels.Peek().IsReplaced);
        Advance();
    }

    /// <summary>What was wanted could not be had: nothing may be applied.</summary>
    public void Fail(string reason)
    {
        RemoteContent wanted = Taken();
        Level level = _levels.Peek();
        _report.Add(
            Severity.Error, level.Source, _pending!.Place, _pending.Key,
            $"{NameOf(wanted.Source)} cannot be fetched: {reason}", "look whether this machine reaches it: curl -v");
        _levels.Clear();
    }

    /// <summary>Everything together; once nothing is wanted.</summary>
    public IgnitionResult Finish()
    {
        if (Wanted is not null)
            throw new InvalidOperationException("something is still to be fetched");
        return _merged is null || _report.HasErrors
            ? new IgnitionResult(new ConfigResult(DesiredMachine.Nothing, _report.Findings))
            : IgnitionReader.Build(_merged, _report, _rules) with { Merge = [], Replace = null };
    }

    /// <summary>A URL as people may see it: without user, password and query.</summary>
    public static string NameOf(Uri url) => url.GetLeftPart(UriPartial.Scheme) + url.Authority + url.AbsolutePath;

    // Some servers make configurations for the version that is asked for.
    private static RemoteContent Asked(RemoteContent remote)
    {
        foreach (KeyValuePair<string, string> header in remote.Headers)
        {
            if (header.Key.Equals(AcceptName, StringComparison.OrdinalIgnoreCase))
                return remote;
        }

        return remote with { Headers = [.. remote.Headers, new(AcceptName, Accept)] };
    }

    private RemoteContent Taken()
    {
        RemoteContent wanted = Wanted ?? throw new InvalidOperationException("nothing is wanted");
        Wanted = null;
        return wanted;
    }

    private void Enter(ReadOnlyMemory<byte> json, string source, string url, bool isReplacing)
    {
        List<string> above = isReplacing ? _levels.Pop().Urls : _levels.TryPeek(out Level? parent) ? parent.Urls : [];
        _configs++;
        IgnitionResult read = IgnitionReader.Read(json, source, _rules, _origins);
        _report.AddAll(read.Config.Findings);
        if (read.Tree is null)
            _levels.Clear();
        else
            _levels.Push(new Level(source, read, read.Tree, [.. above, url], FetchingOf(read, isReplacing)));
    }

    // What a child does not say about fetching its parent has said; what takes a configuration's place starts anew.
    private FetchOptions FetchingOf(IgnitionResult read, bool isReplacing)
    {
        if (isReplacing || !_levels.TryPeek(out Level? parent))
            return read.Fetching;
        MapNode both = IgnitionMerge.Merge(parent.Tree, read.Tree!, IgnitionSchema.Root, _origins);
        return new IgnitionFetching(_report, new IgnitionContents(_report, _rules)).Options(both);
    }

    // Goes on until something must be fetched, or all is merged. What is in a data URL is here already.
    private void Advance()
    {
        while (_levels.TryPeek(out Level? level))
        {
            if (level.Next() is not { } reference)
            {
                _levels.Pop();
                Merge(level);
            }
            else if (IsTooMuch(level, reference))
            {
                _levels.Clear();
            }
            else if (reference.Content.Remote is { } remote)
            {
                (Wanted, _pending, Fetching) = (Asked(remote), reference, level.Fetching);
                return;
            }
            else
            {
                Enter(reference.Content.Content, $"{level.Source}, {reference.Key}", "", level.IsReplaced);
            }
        }
    }

    private void Merge(Level level)
    {
        if (!_levels.TryPeek(out Level? parent))
            _merged = level.Tree;
        else
            parent.Tree = IgnitionMerge.Merge(parent.Tree, level.Tree, IgnitionSchema.Root, _origins);
    }

    private bool IsTooMuch(Level level, IgnitionReference reference)
    {
        string reason = "";
        if (level.Urls.Count > _rules.MostDepth)
            reason = $"configurations name each other more than {_rules.MostDepth} deep";
        else if (_configs >= _rules.MostConfigs)
            reason = $"more than {_rules.MostConfigs} configurations";
        else if (reference.Content.Remote is { } remote && level.Urls.Contains(remote.Source.AbsoluteUri))
            reason = $"{NameOf(remote.Source)} names itself, or is named by what it names";
        if (reason.Length == 0)
            return false;
        _report.Add(
            Severity.Error, level.Source, reference.Place, reference.Key, reason, "name each configuration once");
        return true;
    }

    // A configuration whose own references are being worked through; what it wants by itself is not kept.
    private sealed class Level(
        string source, IgnitionResult read, MapNode tree, List<string> urls, FetchOptions fetching)
    {
        private readonly IReadOnlyList<IgnitionReference> _merge = read.Merge;
        private readonly IgnitionReference? _replace = read.Replace;
        private int _next;

        public string Source { get; } = source;

        public MapNode Tree { get; set; } = tree;

        public FetchOptions Fetching { get; } = fetching;

        // Those on the way to it, its own last.
        public List<string> Urls { get; } = urls;

        public bool IsReplaced => _replace is not null;

        public IgnitionReference? Next() => _replace ?? (_next < _merge.Count ? _merge[_next++] : null);
    }
}
