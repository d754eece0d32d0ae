using System.Text;
using CoreNode.Provision.Applying;
using CoreNode.Provision.Model;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Tests.Provision.Applying;

/// <summary>
/// A plan of all kinds of changes, killed at each call that has an effect, before and after it: everything is old or
/// new then, and a run with a plan made anew comes to what one that nobody killed comes to.
/// </summary>
[TestFixture, Category("Fault")]
internal sealed class KillTests
{
    private const uint Core = 1000;
    private static readonly string[] s_paths =
    [
        "/etc/passwd", "/etc/shadow", "/home/core/.ssh", "/home/core/.ssh/authorized_keys.d",
        "/home/core/.ssh/authorized_keys.d/cloud", "/home/core/.ssh/authorized_keys", "/opt/old", "/opt/tool",
        "/opt/large", "/etc/link", "/etc/name", "/etc/attr", "/etc/folder", "/etc/gone", "/srv/new", "/srv/new/file",
    ];

    private static readonly Dictionary<string, Func<PathFact, Change?>> s_wanted = new()
    {
        ["/etc/passwd"] = before => Put("/etc/passwd", "root\ncore\n", "644", 0, before),
        ["/etc/shadow"] = before => Put("/etc/shadow", "secret", "640", 42, before),
        ["/home/core/.ssh"] = before => Folder("/home/core/.ssh", "700", Core, before),
        ["/home/core/.ssh/authorized_keys.d"] =
            before => Folder("/home/core/.ssh/authorized_keys.d", "700", Core, before),
        ["/home/core/.ssh/authorized_keys.d/cloud"] =
            before => Put("/home/core/.ssh/authorized_keys.d/cloud", "key", "600", Core, before),
        ["/home/core/.ssh/authorized_keys"] =
            before => Put("/home/core/.ssh/authorized_keys", "key", "600", Core, before),
        ["/opt/old"] = before => before.Kind == PathKind.Absent ? null : new RemovePath("/opt/old", true, before, ""),
        ["/opt/tool"] = before => Put("/opt/tool", "#!/bin/sh\n", "4755", 0, before),
        ["/opt/large"] = before => Put("/opt/large", new string('x', 300_000), "644", 0, before),
        ["/etc/link"] = before => before.Target == "new"
            ? null
            : new PutLink("/etc/link", "new", false, 0, 0, before, ""),
        ["/etc/name"] = before => before.Kind != PathKind.Absent
            ? null
            : new PutLink("/etc/name", "/opt/tool", true, 0, 0, before, ""),
        ["/etc/attr"] = before => Attributes("/etc/attr", "4755", 3, before),
        ["/etc/folder"] = before => Attributes("/etc/folder", "2770", 4, before),
        ["/etc/gone"] = before =>
            before.Kind == PathKind.Absent ? null : new RemovePath("/etc/gone", false, before, ""),
        ["/srv/new"] = before => Folder("/srv/new", "755", 0, before),
        ["/srv/new/file"] = before => Put("/srv/new/file", "new", "444", 9, before),
    };

    [Test]
    public void Killed_anywhere_everything_is_old_or_new_and_the_next_run_completes_it([Values] bool isKilledAfter)
    {
        (SortedDictionary<string, string> old, SortedDictionary<string, string> wanted, int effects) = Whole();
        Assert.That(effects, Is.GreaterThan(60), "the plan is worth the test");
        for (int at = 1; at <= effects; at++)
        {
            using ScratchRoot scratch = Prepared();
            List<string> told = [];
            FaultyCalls calls = new() { KilledAt = at, IsKilledAfter = isKilledAfter };
            using (MachineRoot root = scratch.Open(calls))
            {
                Assert.Throws<FaultyCalls.KilledException>(
                    () => root.Apply(Plan(root), change => told.Add(change.Subject)));
            }

            CheckBetween(scratch, old, wanted, told, $"killed at {at} of {effects}");
            using MachineRoot next = scratch.Open();
            next.Apply(Plan(next), static _ => { });
            Assert.That(Plan(next), Is.Empty, $"killed at {at}: a third run has nothing to do");
            next.Apply([], static _ => { });
            Assert.That(scratch.Snapshot(), Is.EqualTo(wanted), $"killed at {at} of {effects}");
        }
    }

    [Test]
    public void A_call_that_fails_anywhere_leaves_everything_old_or_new_and_nothing_beside()
    {
        (SortedDictionary<string, string> old, SortedDictionary<string, string> wanted, int effects) = Whole();
        for (int at = 1; at <= effects; at++)
        {
            using ScratchRoot scratch = Prepared();
            int count = 0;
            FaultyCalls calls = new() { Fails = (_, _) => ++count == at ? Error.NoSpace : 0 };
            using (MachineRoot root = scratch.Open(calls))
            {
                IOException full = Assert.Throws<IOException>(() => root.Apply(Plan(root), static _ => { }))!;
                Assert.That(full.Message, Does.Contain("no space or no inode is left"));
            }

            CheckBetween(scratch, old, wanted, [], $"call {at} of {effects} failed");
            string[] beside = [.. scratch.Snapshot().Keys.Where(IsBeside)];
            Assert.That(beside, Is.Empty, $"call {at} of {effects} failed");
            using MachineRoot next = scratch.Open();
            next.Apply(Plan(next), static _ => { });
            Assert.That(scratch.Snapshot(), Is.EqualTo(wanted));
        }
    }

    [Test]
    public void Nothing_takes_effect_before_it_is_on_the_disk_and_all_is_there_in_the_end()
    {
        using ScratchRoot scratch = Prepared();
        FaultyCalls calls = new();
        using MachineRoot root = scratch.Open(calls);
        root.Apply(Plan(root), static _ => { });
        Assert.That(calls.Early, Is.Empty, "renamed, but not synced");
        Assert.That(calls.Unsynced, Is.Empty, "changed, but not synced in the end");
        string[] names = [.. calls.Visible.Where(static name => !name.StartsWith('.') || name == ".ssh")];
        Assert.That(
            names,
            Is.EqualTo(new[]
            {
                "passwd", "shadow", ".ssh", "authorized_keys.d", "cloud", "authorized_keys", "tool", "large", "link",
                "name", "new", "file",
            }),
            "in the plan's order");
    }

    private static void CheckBetween(
        ScratchRoot scratch, SortedDictionary<string, string> old, SortedDictionary<string, string> wanted,
        List<string> told, string when)
    {
        SortedDictionary<string, string> between = scratch.Snapshot();
        foreach (string path in old.Keys.Concat(wanted.Keys))
        {
            string? now = between.GetValueOrDefault(path);

            // Owner and mode of what stays where it is are two calls; in between nobody may do more than both allow.
            if (path is "/etc/attr" or "/etc/folder" && !told.Contains(path))
                continue;
            string?[] allowed = told.Contains(path)
                ? [wanted.GetValueOrDefault(path)]
                : [old.GetValueOrDefault(path), wanted.GetValueOrDefault(path)];
            Assert.That(allowed, Does.Contain(now), $"{path}, {when}");
        }

        int left = between.Keys.Count(static path => path.StartsWith("/opt/old", StringComparison.Ordinal));
        Assert.That(left, Is.EqualTo(0).Or.EqualTo(4), $"a tree goes at once, {when}");
        string[] others = [.. between.Keys.Except(old.Keys).Except(wanted.Keys).Where(p => !IsBeside(p))];
        Assert.That(others, Is.Empty, when);
        int mode = scratch.Fact("/etc/attr").Mode;
        Assert.That(mode & 0x1FF & ~Convert.ToInt32("755", 8), Is.Zero, when);
    }

    private static bool IsBeside(string path) => path.Contains("/" + FolderDesk.Prefix, StringComparison.Ordinal);

    private static (SortedDictionary<string, string> Old, SortedDictionary<string, string> Wanted, int Effects) Whole()
    {
        using ScratchRoot scratch = Prepared();
        SortedDictionary<string, string> old = scratch.Snapshot();
        FaultyCalls calls = new();
        using MachineRoot root = scratch.Open(calls);
        root.Apply(Plan(root), static _ => { });
        SortedDictionary<string, string> wanted = scratch.Snapshot();
        Assert.That(wanted.Keys.Where(IsBeside), Is.Empty);
        return (old, wanted, calls.Effects);
    }

    private static ScratchRoot Prepared()
    {
        ScratchRoot scratch = new();
        scratch.Write("/etc/passwd", "root\n");
        scratch.Write("/etc/attr", "text", "755");
        scratch.Folder("/etc/folder", "755");
        scratch.Write("/etc/gone", "text");
        scratch.Link("/etc/link", "old");
        scratch.Folder("/home/core", "755", Core);
        scratch.Write("/opt/old/a", "text");
        scratch.Write("/opt/old/b/c", "text");
        scratch.Write("/opt/tool", "old", "644", 5);
        scratch.Folder("/srv");
        using SafeFileHandle tool = File.OpenHandle(scratch.Real("/opt/tool"), access: FileAccess.ReadWrite);
        new MachineCalls().WriteAttribute(tool, "user.note", "kept"u8);
        return scratch;
    }

    private static List<Change> Plan(MachineRoot root)
    {
        IReadOnlyDictionary<string, PathFact> facts = root.Read(s_paths);
        List<Change> changes = [];
        foreach (string path in s_paths)
        {
            if (s_wanted[path](facts[path]) is { } change)
                changes.Add(change);
        }

        return changes;
    }

    private static bool Has(PathFact fact, int mode, uint owner) =>
        fact.Mode == mode && fact.User == owner && fact.Group == owner;

    private static PutFile? Put(string path, string content, string mode, uint owner, PathFact before)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(content);
        int bits = Convert.ToInt32(mode, 8);
        return before.Content is { } present && present.Span.SequenceEqual(bytes) && Has(before, bits, owner)
            ? null
            : new PutFile(path, bytes, bits, owner, owner, before, "");
    }

    private static PutFolder? Folder(string path, string mode, uint owner, PathFact before)
    {
        int bits = Convert.ToInt32(mode, 8);
        return before.Kind == PathKind.Folder && Has(before, bits, owner)
            ? null
            : new PutFolder(path, bits, owner, owner, "");
    }

    private static SetAttributes? Attributes(string path, string mode, uint owner, PathFact before)
    {
        int bits = Convert.ToInt32(mode, 8);
        return Has(before, bits, owner) ? null : new SetAttributes(path, bits, owner, owner, before, "");
    }
}
