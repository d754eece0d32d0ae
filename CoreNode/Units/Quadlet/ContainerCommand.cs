using System.Text;

namespace CoreNode.Units.Quadlet;

/// <summary>The command lines of podman that a [Container] section comes to.</summary>
internal sealed class ContainerCommand(ContainerOptions options, string name, bool isOneshot)
{
    private const string Podman = "/usr/bin/podman";

    private readonly List<string> _words = [];

    /// <summary>What runs the container.</summary>
    public string Run()
    {
        Begin("run", "--name", name, "--replace", "--rm");
        _words.Add(options.Last("CgroupsMode") is { } mode ? $"--cgroups={mode}" : "--cgroups=split");
        if (!isOneshot)
            Add($"--sdnotify={Notify()}", "-d");
        AddUser();
        foreach (string row in ContainerKeys.Rows)
            AddKey(row.Split(' '));
        AddImage();
        foreach ((string word, _) in options.Words("Exec"))
            _words.Add(word);
        return Line();
    }

    /// <summary>What removes the container, whether it is there or not.</summary>
    public string Remove()
    {
        Begin("rm", "-v", "-f", "-i", name);
        return Line();
    }

    /// <summary>What reloads it; null if nothing does.</summary>
    public string? Reload()
    {
        if (options.Last("ReloadSignal") is { } signal)
        {
            if (options.Last("ReloadCmd") is not null)
                options.Complain(options.LineOf("ReloadSignal"), "ReloadCmd= and ReloadSignal=: write one of them");
            Begin("kill", "--signal", signal, name);
            return Line();
        }

        if (options.Last("ReloadCmd") is null)
            return null;
        Begin("exec", name);
        foreach ((string word, _) in options.Words("ReloadCmd"))
            _words.Add(word);
        return Line();
    }

    private void Begin(params ReadOnlySpan<string> words)
    {
        _words.Clear();
        _words.Add(Podman);
        foreach ((string module, _) in options.Each("ContainersConfModule"))
            Add("--module", module);
        foreach ((string word, _) in options.Words("GlobalArgs"))
            _words.Add(word);
        Add(words);
    }

    private void Add(params ReadOnlySpan<string> words)
    {
        foreach (string word in words)
            _words.Add(word);
    }

    private string Line()
    {
        StringBuilder line = new();
        foreach (string word in _words)
            line.Append(line.Length == 0 ? "" : " ").Append(ContainerWords.Quote(word));
        return line.ToString();
    }

    private string Notify() =>
        string.Equals(options.Last("Notify"), "healthy", StringComparison.OrdinalIgnoreCase) ? "healthy"
        : options.Flag("Notify") == true ? "container" : "conmon";

    private void AddUser()
    {
        string? user = options.Last("User");
        string? group = options.Last("Group");
        if (user is null && group is not null)
            options.Complain(options.LineOf("Group"), "Group= without User=: say User=, 0 for root");
        else if (user is not null)
            Add("--user", group is null ? user : $"{user}:{group}");
    }

    private void AddImage()
    {
        string? image = options.Last("Image");
        string? rootfs = options.Last("Rootfs");
        if (image is null && rootfs is null)
            options.Complain(0, "no Image= in [Container]: say what to run, as in Image=docker.io/library/nginx:1.27");
        else if (image is not null && rootfs is not null)
            options.Complain(options.LineOf("Rootfs"), "Image= and Rootfs=: a container has one of them");
        else if (rootfs is not null)
            Add("--rootfs", rootfs);
        else if (ContainerValues.Names(image!, ".image", ".build"))
            options.Complain(options.LineOf("Image"), $"Image={image}: such files are not read here; name the image");
        else
            _words.Add(image!);
    }

    // A row of the table: key, kind, option, what the value begins with.
    private void AddKey(string[] row)
    {
        string key = row[0];
        switch (row[1])
        {
            case "last":
                if (options.Last(key) is { } last)
                    AddValue(row, last);
                break;
            case "each":
                foreach ((string value, int line) in options.Each(key))
                    AddValue(row, ContainerValues.Checked(options, key, value, line));
                break;
            case "words":
                foreach ((string word, int line) in options.Words(key))
                    AddValue(row, ContainerValues.Checked(options, key, word, line));
                break;
            case "pairs":
                AddPairs(row);
                break;
            case "flag":
                if (options.Flag(key) is { } flag)
                    _words.Add(flag ? row[2] : $"{row[2]}=false");
                break;
            case "yes":
                if (options.Flag(key) == true)
                    Add(row.AsSpan(2));
                break;
            case "as":
                foreach ((string word, _) in options.Words(key))
                    _words.Add(word);
                break;
            default:
                break;
        }
    }

    private void AddValue(string[] row, string value)
    {
        if (row.Length > 3)
            value = row[3] + value;
        Add(row[2], value);
    }

    private void AddPairs(string[] row)
    {
        List<(string Word, int Line)> words = options.Words(row[0]);
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i].Word;
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                options.Complain(words[i].Line, $"{row[0]}: \"{word}\" is not of the form NAME=VALUE");
                continue;
            }

            string start = word[..(equals + 1)];
            if (!words.Exists(other => other.Line > words[i].Line
                && other.Word.StartsWith(start, StringComparison.Ordinal)))
                AddValue(row, word);
        }
    }
}
