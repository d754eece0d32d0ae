using System.Security.Cryptography;
using System.Text;
using CoreNode.Provision.Model;
using CoreNode.Provision.Planning;

namespace CoreNode.Tests.Provision.Planning;

/// <summary>
/// A machine in memory, small enough to be right at sight: paths with nodes, changes carried out one by one. Written
/// from the meaning of the changes alone, without the planner's rules.
/// </summary>
internal sealed class FakeMachine
{
    /// <summary>The day that plans are made on.</summary>
    public const int Today = 20000;

    private readonly SortedDictionary<string, FakeNode> _nodes = new(StringComparer.Ordinal);
    private int _inodes;

    /// <summary>Marks of work that was done.</summary>
    public List<string> Done { get; } = [];

    /// <summary>What was told to systemd, and scripts that ran, in order.</summary>
    public List<string> Told { get; } = [];

    /// <summary>Unit files changed since systemd was told.</summary>
    public bool IsStale { get; private set; }

    /// <summary>It is running.</summary>
    public bool IsRunning { get; set; } = true;

    /// <summary>Its name.</summary>
    public string Hostname { get; set; } = "localhost";

    /// <summary>Its kernel's command line.</summary>
    public string KernelCommandLine { get; set; } = "";

    /// <summary>Longer files are told by their hash.</summary>
    public int LongestRead { get; set; } = int.MaxValue;

    /// <summary>A small image: root, a group shadow, the default user, folders, a target and a unit.</summary>
    public static FakeMachine New()
    {
        FakeMachine machine = new();
        foreach (string folder in (string[])["/etc", "/home", "/root", "/run", "/usr", "/var", "/tmp", "/etc/systemd"])
            machine.Folder(folder);
        machine.Folder("/etc/systemd/system");
        machine.Folder("/run/systemd");
        machine.Folder("/run/systemd/system");
        machine.Folder("/usr/lib/systemd/system");
        machine.File("/etc/passwd", "root:x:0:0:root:/root:/bin/bash\ncore:x:500:500:CoreOS:/home/core:/bin/bash\n");
        machine.File("/etc/shadow", "root:*:15887:0:::::\ncore:*:15887:0:::::\n", 0x1A0, 0, 42);
        machine.File("/etc/group", "root:x:0:root\nshadow:x:42:\nwheel:x:10:root\ndocker:x:233:\ncore:x:500:\n");
        machine.File("/etc/gshadow", "root:*::root\nshadow:!::\nwheel:!::root\ndocker:!::\ncore:!::\n", 0x1A0, 0, 42);
        machine.File("/usr/lib/systemd/system/docker.service",
            "[Service]\nExecStart=/bin/d\n[Install]\nWantedBy=multi-user.target\nAlso=docker.socket\n");
        machine.File("/usr/lib/systemd/system/docker.socket",
            "[Socket]\nListenStream=/run/docker.sock\n[Install]\nWantedBy=sockets.target\n");
        return machine;
    }

    /// <summary>A copy that changes apart from this one.</summary>
    public FakeMachine Copy()
    {
        FakeMachine copy = new()
        {
            IsRunning = IsRunning,
            Hostname = Hostname,
            KernelCommandLine = KernelCommandLine,
            LongestRead = LongestRead,
            _inodes = _inodes,
            IsStale = IsStale,
        };
        foreach ((string path, FakeNode node) in _nodes)
            copy._nodes[path] = node;
        copy.Done.AddRange(Done);
        copy.Told.AddRange(Told);
        return copy;
    }

    /// <summary>A folder with its parents.</summary>
    public void Folder(string path, int mode = 0x1ED, uint user = 0, uint group = 0)
    {
        string parent = path[..path.LastIndexOf('/')];
        if (parent.Length > 0 && !_nodes.ContainsKey(parent))
            Folder(parent);
        _nodes[path] = new FakeNode(PathKind.Folder, mode, user, group, [], "", ++_inodes);
    }

    /// <summary>A file with its parents.</summary>
    public void File(string path, string text, int mode = 0x1A4, uint user = 0, uint group = 0)
    {
        Folder(path[..path.LastIndexOf('/')], keeps: true);
        _nodes[path] = new FakeNode(PathKind.File, mode, user, group, Encoding.UTF8.GetBytes(text), "", ++_inodes);
    }

    /// <summary>A link with its parents.</summary>
    public void Link(string path, string target)
    {
        Folder(path[..path.LastIndexOf('/')], keeps: true);
        _nodes[path] = new FakeNode(PathKind.Link, 0x1FF, 0, 0, [], target, ++_inodes);
    }

    /// <summary>A device with its parents.</summary>
    public void Device(string path)
    {
        Folder(path[..path.LastIndexOf('/')], keeps: true);
        _nodes[path] = new FakeNode(PathKind.Other, 0x1B6, 0, 0, [], "", ++_inodes);
    }

    /// <summary>A reboot: what is below /run is gone, and systemd reads all.</summary>
    public void Reboot()
    {
        string[] gone = [.. _nodes.Keys.Where(static p => p.StartsWith("/run/", StringComparison.Ordinal))];
        foreach (string path in gone)
            _nodes.Remove(path);
        Done.Clear();
        IsStale = false;
    }

    /// <summary>All links with where they lead, sorted.</summary>
    public IEnumerable<string> Links() => _nodes.Where(static one => one.Value.Kind == PathKind.Link)
        .Select(static one => $"{one.Key} -> {one.Value.Target}").Order(StringComparer.Ordinal);

    /// <summary>The text of a file, links followed.</summary>
    public string Text(string path) => Encoding.UTF8.GetString(Node(path, follows: true).Content);

    /// <summary>What is at a path, its last link not followed; null: nothing.</summary>
    public FakeNode? Find(string path) => Real(path, false) is { } real ? _nodes.GetValueOrDefault(real) : null;

    /// <summary>What is at a path.</summary>
    public FakeNode Node(string path, bool follows = false) => _nodes[Real(path, follows)!];

    /// <summary>The whole plan, with questions asked as an applier does.</summary>
    public Plan Plan(DesiredMachine desired) => Planner.Plan(desired, Facts(desired), Today);

    /// <summary>Questions and answers until none is left.</summary>
    public MachineFacts Facts(DesiredMachine desired)
    {
        Dictionary<string, PathFact> paths = new(StringComparer.Ordinal);
        MachineFacts facts = new(Accounts(), paths)
        {
            IsRunning = IsRunning,
            Hostname = Hostname,
            KernelCommandLine = KernelCommandLine,
            Done = [.. Done],
        };
        for (int round = 0; round < 60; round++)
        {
            IReadOnlyList<string> questions = Planner.Questions(desired, facts);
            if (questions.Count == 0)
                return facts;
            foreach (string path in questions)
                paths.Add(path, Fact(path));
        }

        throw new InvalidOperationException("the planner never stops asking");
    }

    /// <summary>Plans, checks that there is no error, carries all out, and gives the plan.</summary>
    public Plan Apply(DesiredMachine desired)
    {
        Plan plan = Plan(desired);
        Assert.That(Wishes.Errors(plan), Is.Empty);
        foreach (Change change in plan.Changes)
            Apply(change);
        return plan;
    }

    /// <summary>Carries one change out, and fails where the system would.</summary>
    public void Apply(Change change)
    {
        switch (change)
        {
            case PutFile put:
                Put(put.Path, new FakeNode(
                    PathKind.File, put.Mode, put.User, put.Group, put.Content.ToArray(), "", ++_inodes));
                break;
            case PutFolder put:
                if (Find(put.Path) is not null)
                    throw new InvalidOperationException($"{put.Path} is there");
                Put(put.Path, new FakeNode(PathKind.Folder, put.Mode, put.User, put.Group, [], "", ++_inodes));
                break;
            case PutLink { IsHard: true } put:
                Put(put.Path, Node(put.Target, follows: true));
                break;
            case PutLink put:
                Put(put.Path, new FakeNode(PathKind.Link, 0x1FF, put.User, put.Group, [], put.Target, ++_inodes));
                break;
            case SetAttributes set:
                Set(set);
                break;
            case RemovePath remove:
                Remove(remove.Path);
                break;
            case SetHostname set:
                Hostname = set.Name;
                break;
            default:
                Tell(change);
                break;
        }
    }

    /// <summary>Everything that can be told apart from outside, as a text.</summary>
    public string Picture()
    {
        StringBuilder text = new();
        Dictionary<int, string> first = [];
        foreach ((string path, FakeNode node) in _nodes)
        {
            first.TryAdd(node.Inode, path);
            text.Append(path).Append(' ').Append(node.Kind).Append(' ').Append(Convert.ToString(node.Mode, 8))
                .Append(' ').Append(node.User).Append(':').Append(node.Group).Append(' ').Append(node.Target)
                .Append(' ').Append(first[node.Inode]).Append(' ')
                .Append(Convert.ToBase64String(node.Content)).Append('\n');
        }

        return text.Append(Hostname).Append(IsStale).Append('\n').ToString();
    }

    private void Folder(string path, bool keeps)
    {
        if (path.Length > 0 && !(keeps && _nodes.ContainsKey(path)))
            Folder(path);
    }

    private AccountTexts Accounts() =>
        new(TextOf("/etc/passwd"), TextOf("/etc/shadow"), TextOf("/etc/group"), TextOf("/etc/gshadow"));

    private string TextOf(string path) => Find(path) is { Kind: PathKind.File } ? Text(path) : "";

    private PathFact Fact(string path)
    {
        if (path.EndsWith('/'))
            return NamesOf(path);
        if (Find(path) is not { } node)
            return PathFact.Absent with { Refusal = Refusal(path) };
        return new PathFact(node.Kind)
        {
            Mode = node.Mode,
            User = node.User,
            Group = node.Group,
            Content = node.Kind == PathKind.File && node.Content.Length <= LongestRead
                ? (ReadOnlyMemory<byte>?)node.Content
                : null,
            Hash = node.Content.Length <= LongestRead ? "" : PathFact.HashOf(SHA256.HashData(node.Content)),
            Length = node.Content.Length,
            Target = node.Target,
            Identity = $"1:{node.Inode}",
            Refusal = Refusal(path),
        };
    }

    private PathFact NamesOf(string folder)
    {
        if (Find(folder[..^1]) is not { Kind: PathKind.Folder })
            return PathFact.Absent;
        string real = Real(folder[..^1], false) + "/";
        return new PathFact(PathKind.Folder)
        {
            Names =
            [
                .. _nodes.Keys.Where(path => path.StartsWith(real, StringComparison.Ordinal))
                    .Select(path => path[real.Length..])
                    .Where(static name => !name.Contains('/', StringComparison.Ordinal)),
            ],
        };
    }

    private static string Refusal(string path) =>
        path.StartsWith("/usr/", StringComparison.Ordinal) ? "is below /usr, which is read-only" : "";

    private void Put(string path, FakeNode node)
    {
        string real = Real(path, false) ?? throw new InvalidOperationException($"no way to {path}");
        string parent = real[..real.LastIndexOf('/')];
        if (parent.Length > 0 && _nodes.GetValueOrDefault(parent) is not { Kind: PathKind.Folder })
            throw new InvalidOperationException($"{real} has no folder");
        if (_nodes.GetValueOrDefault(real) is { Kind: PathKind.Folder or PathKind.Other })
            throw new InvalidOperationException($"{real} is not to be replaced");
        _nodes[real] = node;
        Note(real);
    }

    private void Set(SetAttributes set)
    {
        FakeNode before = Node(set.Path);
        FakeNode after = before with { Mode = set.Mode, User = set.User, Group = set.Group };
        foreach (string path in (string[])[.. _nodes.Keys])
        {
            if (_nodes[path].Inode == before.Inode)
                _nodes[path] = after;
        }
    }

    private void Remove(string path)
    {
        string real = Real(path, false) ?? path;
        if (_nodes.Keys.Any(known => known.StartsWith(real + "/", StringComparison.Ordinal)))
            throw new InvalidOperationException($"{real} is not empty");
        if (!_nodes.Remove(real))
            throw new InvalidOperationException($"{real} is not there");
        Note(real);
    }

    private void Note(string path) => IsStale |=
        path.StartsWith("/etc/systemd/system/", StringComparison.Ordinal)
        || path.StartsWith("/run/systemd/system/", StringComparison.Ordinal);

    private void Tell(Change change)
    {
        (string told, string mark) = change switch
        {
            UnitWork { Verb: null } => ("daemon-reload", ""),
            UnitWork work => ($"{work.Verb} {work.Unit}", work.Mark),
            RunScript run => ($"run {run.Name}", run.Mark),
            _ => throw new InvalidOperationException(change.GetType().Name),
        };
        if (told == "daemon-reload")
            IsStale = false;
        else if (IsStale)
            throw new InvalidOperationException($"{told}, but systemd has old units");
        Told.Add(told);
        if (mark.Length > 0)
            Done.Add(mark);
    }

    // Null: a part of the way is no folder, or links go in a circle.
    private string? Real(string path, bool follows, int depth = 0)
    {
        string real = "";
        string[] parts = path[1..].Split('/');
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i] is "" or ".")
                continue;
            if (parts[i] == "..")
            {
                real = real.Length == 0 ? "" : real[..real.LastIndexOf('/')];
                continue;
            }

            string next = $"{real}/{parts[i]}";
            bool isLast = i == parts.Length - 1;
            if (_nodes.GetValueOrDefault(next) is { Kind: PathKind.Link } link && (!isLast || follows))
            {
                string rest = isLast ? "" : "/" + string.Join('/', parts[(i + 1)..]);
                string to = link.Target.StartsWith('/') ? link.Target : $"{real}/{link.Target}";
                return depth > 40 ? null : Real(to + rest, follows, depth + 1);
            }

            real = next;
        }

        return real;
    }
}
