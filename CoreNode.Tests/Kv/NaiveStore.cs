using CoreNode.Store;

namespace CoreNode.Tests.Kv;

/// <summary>
/// The same rules in the plainest form: a mutable tree of nodes, no sharing, no index, strings for answers. Slow and
/// obvious, to compare with.
/// </summary>
internal sealed class NaiveStore
{
    private const long Year2000 = 946_684_800L * KvHarness.Second;

    private readonly Node _root = new() { Key = "", Children = [] };

    public ulong Index { get; private set; }

    /// <summary>Every change so far, null for those without an event; slot i has index i + 1.</summary>
    public List<Change?> Changes { get; } = [];

    public string Apply(in KeyCommand command)
    {
        string key = KvHarness.Text(command.Key);
        string value = KvHarness.Text(command.Value);
        return command.Operation switch
        {
            KeyOperation.Set => Set(key, value, command),
            KeyOperation.Create => Create(key, value, command),
            KeyOperation.CreateInOrder => Create($"{(key == "/" ? "" : key)}/{Index + 1:D20}", value, command),
            KeyOperation.Update => Update(key, value, command),
            KeyOperation.CompareAndSwap => Swap(key, value, command),
            KeyOperation.Delete => Delete(key, command),
            KeyOperation.CompareAndDelete => CompareAndDelete(key, command),
            KeyOperation.Expire => Expire(command.ExpirationUnixNs),
            KeyOperation.SystemSet => Silent(),
            _ => throw new ArgumentOutOfRangeException(nameof(command)),
        };
    }

    /// <summary>Everything below a directory, parents first and names in byte order.</summary>
    public List<string> List(string directory)
    {
        List<string> lines = [];
        if (Find(directory, out _) is { Children: not null } node)
            AddBelow(node, lines);
        return lines;
    }

    public string Get(string key)
    {
        if (key == "/")
            return "// c0 m0";
        return Find(key, out string error) is { } node ? node.Text : error;
    }

    /// <summary>The first change in the history that a watch from that index on wants.</summary>
    public string? FirstMatch(string key, bool recursive, ulong since)
    {
        foreach (Change? change in Changes.Skip((int)since - 1))
        {
            if (change is null || change.IsRefresh)
                continue;
            bool isMatch = change.Key == key
                || (recursive && change.Key.StartsWith(key == "/" ? key : key + "/", StringComparison.Ordinal))
                || (change.IsDirectoryRemoval && key.StartsWith(change.Key, StringComparison.Ordinal));
            if (isMatch)
                return change.Text;
        }

        return null;
    }

    private static void AddBelow(Node directory, List<string> lines)
    {
        foreach (Node child in directory.Children!.Values.OrderBy(child => child.Key, StringComparer.Ordinal))
        {
            lines.Add(child.Text);
            if (child.Children is not null)
                AddBelow(child, lines);
        }
    }

    private string Set(string key, string value, in KeyCommand command)
    {
        Node? old = Find(key, out string error);
        if (old is null && (command.IsRefresh || error.StartsWith("104", StringComparison.Ordinal)))
            return error;
        if (key == "/")
            return $"107 / @{Index}";
        if (old?.Children is not null)
            return $"102 {key} @{Index}";
        string before = old?.Text ?? "none";
        Node node = Put(key, command.IsRefresh ? old!.Value : value, command);
        return Changed("set", key, node.Text, before, command.IsRefresh);
    }

    private string Create(string key, string value, in KeyCommand command)
    {
        if (key == "/")
            return $"107 / @{Index}";
        if (Find(key, out string error) is not null)
            return $"105 {key} @{Index}";
        if (error.StartsWith("104", StringComparison.Ordinal))
            return error;
        return Changed("create", key, Put(key, value, command).Text, "none", false);
    }

    private string Update(string key, string value, in KeyCommand command)
    {
        if (key == "/")
            return $"107 / @{Index}";
        if (Find(key, out string error) is not { } node)
            return error;
        if (node.Children is not null && value != "")
            return $"102 {key} @{Index}";
        string before = node.Text;
        node.Deadline = command.ExpirationUnixNs;
        ulong kept = node.Modified;
        node.Modified = Index + 1;
        if (!command.IsRefresh)
            node.Value = value;
        string after = node.Text;
        if (node.Children is not null)
            node.Modified = kept;
        return Changed("update", key, after, before, command.IsRefresh);
    }

    private string Swap(string key, string value, in KeyCommand command)
    {
        if (key == "/")
            return $"107 / @{Index}";
        if (Find(key, out string error) is not { } node)
            return error;
        if (node.Children is not null)
            return $"102 {key} @{Index}";
        if (Differs(node, command) is { } cause)
            return $"101 {cause} @{Index}";
        string before = node.Text;
        node.Deadline = command.ExpirationUnixNs;
        node.Modified = Index + 1;
        if (!command.IsRefresh)
            node.Value = value;
        return Changed("compareAndSwap", key, node.Text, before, command.IsRefresh);
    }

    private string Delete(string key, in KeyCommand command)
    {
        if (key == "/")
            return $"107 / @{Index}";
        if (Find(key, out string error) is not { } node)
            return error;
        if (node.Children is not null && !command.IsDirectory && !command.IsRecursive)
            return $"102 {key} @{Index}";
        if (node.Children?.Count > 0 && !command.IsRecursive)
            return $"108 {key} @{Index}";
        return Remove("delete", node);
    }

    private string CompareAndDelete(string key, in KeyCommand command)
    {
        if (key == "/")
            return $"102  @{Index}";
        if (Find(key, out string error) is not { } node)
            return error;
        if (node.Children is not null)
            return $"102 {key} @{Index}";
        return Differs(node, command) is { } cause ? $"101 {cause} @{Index}" : Remove("compareAndDelete", node);
    }

    private string Expire(long cutoff)
    {
        while (true)
        {
            List<Node> all = [];
            Collect(_root, all);
            Node? due = all.Where(node => node.Deadline != 0 && node.Deadline <= cutoff)
                .MinBy(node => node.Deadline);
            if (due is null)
                return "ok";
            Remove("expire", due);
        }
    }

    private static void Collect(Node directory, List<Node> all)
    {
        foreach (Node child in directory.Children!.Values.OrderBy(child => child.Key, StringComparer.Ordinal))
        {
            all.Add(child);
            if (child.Children is not null)
                Collect(child, all);
        }
    }

    private string Silent()
    {
        Index++;
        Changes.Add(null);
        return "ok";
    }

    private string Remove(string action, Node node)
    {
        Find(node.Key[..node.Key.LastIndexOf('/')], out _)!.Children!.Remove(node.Name);
        string slash = node.Children is null ? "" : "/";
        string after = $"{node.Key}{slash} c{node.Created} m{Index + 1}";
        bool isDirectoryRemoval = node.Children is not null;
        return Changed(action, node.Key, after, node.Text, false, isDirectoryRemoval);
    }

    private static string? Differs(Node node, in KeyCommand command)
    {
        string wanted = KvHarness.Text(command.PreviousValue);
        List<string> parts = [];
        if (wanted != "" && wanted != node.Value)
            parts.Add($"[{wanted} != {node.Value}]");
        if (command.PreviousIndex != 0 && command.PreviousIndex != node.Modified)
            parts.Add($"[{command.PreviousIndex} != {node.Modified}]");
        return parts.Count == 0 ? null : string.Join(' ', parts);
    }

    private string Changed(
        string action, string key, string node, string previous, bool isRefresh, bool isDirectoryRemoval = false)
    {
        Index++;
        string text = $"{action} {node} < {previous}{(isRefresh ? " refresh" : "")}";
        Changes.Add(new Change(key, text, isRefresh, isDirectoryRemoval));
        return text;
    }

    private Node Put(string key, string value, in KeyCommand command)
    {
        Node parent = _root;
        string[] names = key[1..].Split('/');
        foreach (string name in names[..^1])
        {
            if (!parent.Children!.TryGetValue(name, out Node? next))
            {
                ulong index = Index + 1;
                next = new Node { Key = $"{parent.Key}/{name}", Created = index, Modified = index, Children = [] };
                parent.Children.Add(name, next);
            }

            parent = next;
        }

        Node node = new()
        {
            Key = key,
            Value = command.IsDirectory ? "" : value,
            Created = Index + 1,
            Modified = Index + 1,
            Deadline = command.ExpirationUnixNs < Year2000 ? 0 : command.ExpirationUnixNs,
            Children = command.IsDirectory ? [] : null,
        };
        parent.Children![names[^1]] = node;
        return node;
    }

    private Node? Find(string key, out string error)
    {
        error = "";
        Node node = _root;
        foreach (string name in key.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (node.Children is null)
            {
                error = $"104 {node.Key} @{Index}";
                return null;
            }

            if (!node.Children.TryGetValue(name, out Node? child))
            {
                error = $"100 {node.Key}/{name} @{Index}";
                return null;
            }

            node = child;
        }

        return node;
    }

    internal sealed record Change(string Key, string Text, bool IsRefresh, bool IsDirectoryRemoval);

    private sealed class Node
    {
        public required string Key { get; init; }

        public string Value { get; set; } = "";

        public ulong Created { get; init; }

        public ulong Modified { get; set; }

        public long Deadline { get; set; }

        public Dictionary<string, Node>? Children { get; init; }

        public string Name => Key[(Key.LastIndexOf('/') + 1)..];

        public string Text => Key + (Children is null ? $"={Value}" : "/") + $" c{Created} m{Modified}"
            + (Deadline == 0 ? "" : $" x{Deadline - KvHarness.Now}");
    }
}
