using CoreNode.Provision.Model;

namespace CoreNode.Provision;

/// <summary>
/// What several inputs want as one: a later name of the machine wins, lists append; what has the same name or path
/// later replaces it. Users keep the keys of all inputs, and a user that is only given keys is not made by that. Units
/// are what systemd would see if one input was written after the other: content, switches and each drop-in of the later
/// one where it has them. Pure.
/// </summary>
public static class MachineMerge
{
    /// <summary>All as one, the last one strongest.</summary>
    public static DesiredMachine Of(IReadOnlyList<DesiredMachine> inputs)
    {
        DesiredMachine all = DesiredMachine.Nothing;
        foreach (DesiredMachine input in inputs)
            all = With(all, input);
        return all;
    }

    private static DesiredMachine With(DesiredMachine all, DesiredMachine later) => new()
    {
        Hostname = later.Hostname ?? all.Hostname,
        ManagesEtcHosts = all.ManagesEtcHosts || later.ManagesEtcHosts,
        Files = Files(all.Files, later.Files),
        Folders = Replaced(all.Folders, later.Folders, static one => one.Path),
        Links = Replaced(all.Links, later.Links, static one => one.Path),
        Users = Joined(all.Users, later.Users, static one => one.Name, User),
        Groups = Replaced(all.Groups, later.Groups, static one => one.Name),
        Units = Joined(all.Units, later.Units, static one => one.Name, Unit),
        Options = Replaced(all.Options, later.Options, static one => one.Name),
        Environment = Replaced(all.Environment, later.Environment, static one => one.Name),
        Scripts = Scripts(all.Scripts, later.Scripts),
        KernelArguments = [.. all.KernelArguments, .. later.KernelArguments],
        UnwantedKernelArguments = [.. all.UnwantedKernelArguments, .. later.UnwantedKernelArguments],
    };

    // The later ones stand behind those that are left, in their order.
    private static List<T> Replaced<T>(IReadOnlyList<T> all, IReadOnlyList<T> later, Func<T, string> name)
        where T : class => Joined(all, later, name, static (_, other) => other);

    private static List<T> Joined<T>(
        IReadOnlyList<T> all, IReadOnlyList<T> later, Func<T, string> name, Func<T, T, T> join)
        where T : class
    {
        List<T> result = [.. all];
        Dictionary<string, int> places = new(StringComparer.Ordinal);
        for (int i = 0; i < result.Count; i++)
            places[name(result[i])] = i;
        HashSet<int> gone = [];
        foreach (T one in later)
        {
            T joined = one;
            if (places.TryGetValue(name(one), out int before))
            {
                joined = join(result[before], one);
                gone.Add(before);
            }

            places[name(one)] = result.Count;
            result.Add(joined);
        }

        if (gone.Count == 0)
            return result;
        List<T> left = [];
        for (int i = 0; i < result.Count; i++)
        {
            if (!gone.Contains(i))
                left.Add(result[i]);
        }

        return left;
    }

    // What is added to a file stands behind what it is added to, and goes when the file is replaced.
    private static List<DesiredFile> Files(IReadOnlyList<DesiredFile> all, IReadOnlyList<DesiredFile> later)
    {
        HashSet<string> replaced = new(StringComparer.Ordinal);
        foreach (DesiredFile file in later)
        {
            if (!file.Appends)
                replaced.Add(file.Path);
        }

        List<DesiredFile> files = [];
        foreach (DesiredFile file in all)
        {
            if (!replaced.Contains(file.Path))
                files.Add(file);
        }

        files.AddRange(later);
        return files;
    }

    private static DesiredUser User(DesiredUser before, DesiredUser later)
    {
        DesiredUser whole = later.IsMade || !before.IsMade ? later : before;
        return whole with
        {
            PasswordHash = later.PasswordHash ?? before.PasswordHash,
            SshKeys = Union(before.SshKeys, later.SshKeys),
            IsAdjusted = before.IsAdjusted || later.IsAdjusted,
            FirstBootSshKeys = Union(before.FirstBootSshKeys, later.FirstBootSshKeys),
            SshKeySources = [.. before.SshKeySources, .. later.SshKeySources],
        };
    }

    private static List<string> Union(IReadOnlyList<string> before, IReadOnlyList<string> later)
    {
        List<string> all = [.. before];
        foreach (string one in later)
        {
            if (!all.Contains(one))
                all.Add(one);
        }

        return all;
    }

    private static DesiredUnit Unit(DesiredUnit before, DesiredUnit later) => later with
    {
        Content = later.Content ?? before.Content,
        IsRuntime = later.Content is null && before.Content is not null ? before.IsRuntime : later.IsRuntime,
        DropIns = Replaced(before.DropIns, later.DropIns, static one => one.Name),
        IsMasked = later.IsMasked ?? before.IsMasked,
        IsEnabled = later.IsEnabled ?? before.IsEnabled,
        Command = later.Command ?? before.Command,
    };

    private static List<DesiredScript> Scripts(IReadOnlyList<DesiredScript> all, IReadOnlyList<DesiredScript> later)
    {
        List<DesiredScript> scripts = [.. all];
        foreach (DesiredScript one in later)
        {
            string name = one.Name;
            for (int number = 2; scripts.Exists(other => other.Name == name); number++)
                name = $"{one.Name}-{number}";
            scripts.Add(one with { Name = name });
        }

        return scripts;
    }
}
