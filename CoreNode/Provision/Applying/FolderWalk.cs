using System.Globalization;
using CoreNode.Provision.Model;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>
/// Goes to the folder of a path name by name, each opened in the one before and none followed by the kernel. Links on
/// the way are resolved here, inside the root: an absolute one begins at the root again, ".." ends there. A link in a
/// folder whose names somebody other than root may change is not followed: where root writes is not that user's to
/// choose, and the link may be another one by then.
/// </summary>
internal sealed class FolderWalk(ICalls calls, SafeFileHandle root, uint ownUser)
{
    private const int MostLinks = 40;
    private const int MostNames = 512;
    private const int OthersMayWrite = 0x12;

    /// <summary>What is wrong with a path as such; "": nothing.</summary>
    public static string Complaint(string path)
    {
        if (path.Length == 0 || path[0] != '/')
            return "is not absolute";
        if (path.Contains('\0', StringComparison.Ordinal))
            return "has a zero byte in it";
        if (path.Length == 1)
            return "";
        foreach (string name in path[1..].Split('/'))
        {
            if (name is "." or "..")
                return $"has \"{name}\" in it";
            if (name.Length == 0)
                return "has an empty name in it";
        }

        return "";
    }

    /// <summary>Goes to the folder of a path; never fails for what is there, see <see cref="Spot.Refusal"/>.</summary>
    /// <exception cref="IOException">The kernel failed.</exception>
    public Spot Find(string path)
    {
        if (Complaint(path) is { Length: > 0 } complaint)
            return Begin(path, complaint);
        Way way = new(path);
        Open(way, root, ".", out SafeFileHandle start);
        Check(calls.Stat(start, "", out NodeState state), "/");
        way.Folders.Add(new Level(start, state, ""));
        try
        {
            while (way.Names.TryPop(out string? name))
            {
                if (way.Folders.Count > MostNames)
                    way.Refusal = $"leads through more than {MostNames} folders";
                else
                    Step(way, name);
                if (way.Refusal.Length > 0 || way.Missing.Count > 0)
                    break;
            }

            return End(way);
        }
        catch
        {
            foreach (Level level in way.Folders)
                level.Folder.Dispose();
            throw;
        }
    }

    private Spot Begin(string path, string refusal)
    {
        Check(calls.Open(root, ".", OpenFlags.Named | OpenFlags.Folder, 0, out SafeFileHandle folder), "/");
        Check(calls.Stat(folder, "", out NodeState state), "/");
        return new Spot(folder, state) { Path = path, Refusal = refusal };
    }

    private static Spot End(Way way)
    {
        for (int i = 0; i < way.Folders.Count - 1; i++)
            way.Folders[i].Folder.Dispose();
        Level last = way.Folders[^1];
        return new Spot(last.Folder, last.State)
        {
            Path = way.Path,
            Name = way.Path[(way.Path.LastIndexOf('/') + 1)..],
            Real = way.Real,
            Missing = way.Missing,
            IsExposed = way.IsExposed,
            Refusal = way.Refusal,
        };
    }

    private void Step(Way way, string name)
    {
        if (name is "." or "")
            return;
        if (name == "..")
        {
            way.LeaveFolder();
            return;
        }

        int error = Open(way, way.Folders[^1].Folder, name, out SafeFileHandle next);
        if (error == Error.NoEntry)
        {
            way.EndAtMissing(name);
            return;
        }

        if (error is Error.AccessDenied)
        {
            way.Refusal = $"leads through {way.Real}, which this user may not look into; run it as root";
            return;
        }

        Check(error, way.Below(name));
        Check(calls.Stat(next, "", out NodeState state), way.Below(name));
        if (state is { Kind: PathKind.Folder, IsMountRoot: true })
        {
            // Only what goes on behind it makes the kernel mount what is mounted on demand.
            next.Dispose();
            Check(Open(way, way.Folders[^1].Folder, name + "/.", out next), way.Below(name));
            Check(calls.Stat(next, "", out state), way.Below(name));
        }

        if (state.Kind == PathKind.Folder)
        {
            way.IsExposed |= IsExposed(way, state);
            way.Folders.Add(new Level(next, state, name));
            return;
        }

        using (next)
        {
            if (state.Kind == PathKind.Link)
                Follow(way, name, next);
            else
                way.Refusal = $"leads through {way.Below(name)}, which is no folder";
        }
    }

    private void Follow(Way way, string name, SafeFileHandle link)
    {
        if (way.IsExposed)
        {
            string user = way.Folders[^1].State.User.ToString(CultureInfo.InvariantCulture);
            way.Refusal = $"leads through {way.Below(name)}, a link in a folder of user {user} that others than root "
                + "may change: such links are not followed; name the path without them";
            return;
        }

        if (++way.Links > MostLinks)
        {
            way.Refusal = $"leads through more than {MostLinks} links, the last of them {way.Below(name)}: a loop";
            return;
        }

        Check(calls.ReadLink(link, out string target), way.Below(name));
        if (target.StartsWith('/'))
            way.Restart();
        string[] names = target.Split('/');
        if (names.Length + way.Names.Count > MostNames)
            way.Refusal = $"leads through more than {MostNames} folders";
        for (int i = names.Length - 1; i >= 0; i--)
            way.Names.Push(names[i]);
    }

    // Root, whoever runs this, and the owner of a root that is not the machine's decide about its names anyway.
    private bool IsExposed(Way way, NodeState folder) => (folder.Mode & OthersMayWrite) != 0
        || (folder.User != 0 && folder.User != ownUser && folder.User != way.Folders[0].State.User);

    private int Open(Way way, SafeFileHandle folder, string name, out SafeFileHandle next)
    {
        int error = calls.Open(folder, name, OpenFlags.Named, 0, out next);
        if (way.Folders.Count == 0)
            Check(error, "/");
        return error;
    }

    private static void Check(int error, string path) => Error.Check(error, path, "cannot be looked at");

    /// <summary>A folder on the way.</summary>
    private sealed record Level(SafeFileHandle Folder, NodeState State, string Name);

    /// <summary>How far one walk has come.</summary>
    private sealed class Way
    {
        public Way(string path)
        {
            Path = path;
            string[] names = path[1..].Split('/');
            for (int i = names.Length - 2; i >= 0; i--)
                Names.Push(names[i]);
        }

        public string Path { get; }

        public Stack<string> Names { get; } = new();

        public List<Level> Folders { get; } = [];

        public List<string> Missing { get; } = [];

        public bool IsExposed { get; set; }

        public int Links { get; set; }

        public string Refusal { get; set; } = "";

        public string Real
        {
            get
            {
                string real = "";
                for (int i = 1; i < Folders.Count; i++)
                    real += "/" + Folders[i].Name;
                return real.Length == 0 ? "/" : real;
            }
        }

        public string Below(string name) => Real == "/" ? "/" + name : $"{Real}/{name}";

        public void LeaveFolder()
        {
            if (Folders.Count == 1)
                return;
            Folders[^1].Folder.Dispose();
            Folders.RemoveAt(Folders.Count - 1);
        }

        public void Restart()
        {
            while (Folders.Count > 1)
                LeaveFolder();
        }

        public void EndAtMissing(string name)
        {
            Missing.Add(name);
            while (Names.TryPop(out string? next))
            {
                if (next == "..")
                    Refusal = $"leads through {Below(name)}, which a link names and which is not there";
                if (next is not ("." or ""))
                    Missing.Add(next);
            }
        }
    }
}
