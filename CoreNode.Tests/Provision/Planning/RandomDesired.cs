using System.Text;
using CoreNode.Foundation;
using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Planning;

/// <summary>Random machines and random wishes, few names so that they meet, all from one seed.</summary>
internal sealed class RandomDesired(Prng random)
{
    private static readonly string[] s_users = ["core", "anna", "bert", "svc", "root"];
    private static readonly string[] s_groups = ["docker", "wheel", "shadow", "anna", "staff", "apps"];
    private static readonly string[] s_folders =
        ["/opt", "/opt/app", "/data", "/srv/www/a", "/home/core/bin", "/etc/app", "/etc/skel", "/home/anna"];

    private static readonly string[] s_names = ["x", "y.conf", "run.sh"];
    private static readonly string[] s_units =
        ["web.service", "db@.service", "db@1.service", "docker.service", "a.timer"];

    private static readonly string[] s_texts = ["", "a\n", "one\ntwo\n", "no end", "A=1\nB=2\n"];

    /// <summary>A machine with some things there already.</summary>
    public FakeMachine Machine()
    {
        FakeMachine machine = FakeMachine.New();
        machine.IsRunning = random.Chance(0.8);
        if (random.Chance(0.2))
            machine.File("/etc/login.defs", "UID_MIN 2000\nUID_MAX\t3000\n# SYS_UID_MAX 1\n");
        if (random.Chance(0.3))
            machine.Link("/data", random.Chance(0.5) ? "/var/data" : "mnt/data");
        if (random.Chance(0.3))
            machine.File("/etc/hosts", "127.0.0.1 localhost");
        if (random.Chance(0.3))
            machine.File("/etc/environment", "# mine\nA=0\nPATH=/bin");
        if (random.Chance(0.2))
            machine.Link("/etc/hosts", "/usr/share/hosts");
        if (random.Chance(0.5))
            machine.Folder("/home/core", 0x1C0, 500, 500);
        if (random.Chance(0.3))
            machine.File("/home/core/.ssh/authorized_keys", "ssh-rsa HAND me\n# note\nssh-rsa K1 x\n", 0x1A4, 500, 500);
        if (random.Chance(0.2))
            machine.File("/etc/systemd/system/web.service", "[Service]\n");
        if (random.Chance(0.2))
            machine.Link("/etc/systemd/system/web.service", "/dev/null");
        if (random.Chance(0.3))
            machine.File(Path(), Text());
        if (random.Chance(0.1))
            machine.File("/etc/gshadow", "");
        if (random.Chance(0.4))
        {
            machine.File("/etc/skel/.profile", Text(), Pick([0x1A4, 0x180]));
            machine.File("/etc/skel/.config/x", Text());
            machine.Link("/etc/skel/y.conf", Pick([".profile", "/etc/hosts"]));
        }

        if (random.Chance(0.3))
        {
            machine.Link("/etc/systemd/system/own.target.wants/web.service", Pick(["../web.service", "/x/w.service"]));
            machine.Link("/etc/systemd/system/other.target.requires/db@3.service", "../db@.service");
            machine.Link("/etc/systemd/system/w2.service", "/etc/systemd/system/web.service");
        }

        return machine;
    }

    /// <summary>Wishes.</summary>
    public DesiredMachine Desired()
    {
        DesiredMachine desired = new()
        {
            Hostname = random.Chance(0.5) ? $"core{random.Next(3)}" : null,
            ManagesEtcHosts = random.Chance(0.4),
            Users = Many(4, User),
            Groups = Many(3, Group),
            Files = Many(6, File),
            Folders = Many(3, Folder),
            Links = Many(3, Link),
            Units = Many(4, Unit),
            Options = Many(3, Option),
            Environment = Many(3, () => new DesiredVariable(Pick(["A", "B", "PATH"]), Pick(["1", "x y", "$q\"", ""]))),
            Scripts = Many(2, () => new DesiredScript(Pick(["s1", "s2"]), Bytes("#!/bin/sh\n" + Text()), "t", default)),
        };
        return desired;
    }

    private DesiredUser User()
    {
        string name = Pick(s_users);
        bool isKnown = name is "core" or "root";
        return new DesiredUser(name)
        {
            IsMade = !isKnown || random.Chance(0.5),
            ShouldExist = name == "root" || random.Chance(0.9),
            PasswordHash = random.Chance(0.4) ? Pick(["$6$a", "$6$b"]) : null,
            SshKeys = Many(3, () => Pick(["ssh-rsa K1 x", "ssh-rsa K2 y", "ssh-ed25519 K3"])),
            FirstBootSshKeys = random.Chance(0.2) ? ["ssh-rsa FIRST"] : [],
            Groups = Many(2, () => Pick(s_groups)),
            HasNoUserGroup = random.Chance(0.2),
            HasNoHome = random.Chance(0.1),
            PrimaryGroup = random.Chance(0.1) ? Pick(["docker", "wheel"]) : null,
            IsSystem = random.Chance(0.2),
            IsAdjusted = random.Chance(0.3),
            Number = random.Chance(0.1) ? (uint)random.Next(998, 1004) : null,
            Gecos = Pick(["", "Anna Ärm"]),
            Shell = random.Chance(0.2) ? "/bin/sh" : null,
            From = "t: users",
        };
    }

    private DesiredGroup Group() => new(Pick(s_groups[3..]))
    {
        Number = random.Chance(0.1) ? (uint)random.Next(998, 1004) : null,
        IsSystem = random.Chance(0.4),
        PasswordHash = random.Chance(0.1) ? "$6$g" : null,
        ShouldExist = random.Chance(0.9),
        From = "t: groups",
    };

    private DesiredFile File() => new(Path(), Bytes(Text()))
    {
        Mode = random.Chance(0.5) ? Pick([0x1A4, 0x180, 0x1ED, 0x9ED]) : null,
        User = random.Chance(0.3) ? Pick(["core", "root", "77"]) : null,
        Group = random.Chance(0.3) ? Pick(["docker", "0"]) : null,
        Replaces = random.Chance(0.9),
        Appends = random.Chance(0.15),
        HasContent = random.Chance(0.9),
        IsSecret = random.Chance(0.1),
        From = "t: files",
    };

    private DesiredFolder Folder() => new(Pick(s_folders))
    {
        Mode = random.Chance(0.5) ? Pick([0x1ED, 0x1C0, 0x3FF]) : null,
        User = random.Chance(0.3) ? "core" : null,
        Replaces = random.Chance(0.3),
        From = "t: folders",
    };

    private DesiredLink Link() => new(
        Pick(["/opt/link", "/etc/alink", "/srv/l", "/opt", "/etc/skel/l"]), Pick(["/opt/app", "x", "/etc/app/x"]))
    {
        IsHard = random.Chance(0.4),
        Replaces = random.Chance(0.5),
        From = "t: links",
    };

    private DesiredUnit Unit()
    {
        string name = Pick(s_units);
        return new DesiredUnit(name)
        {
            Content = random.Chance(0.6)
                ? "[Service]\nExecStart=/bin/true\n" + Pick(["", "[Install]\nWantedBy=multi-user.target web.target\n",
                    "[Install]\nRequiredBy=%p.target\nAlias=other.service\nAlso=a.timer\nDefaultInstance=7\n"])
                : null,
            DropIns = Many(2, () => new DesiredDropIn(
                Pick(["10-a.conf", "20-b.conf"]), Pick(["[Service]\n", "[Unit]\nA=b\n"]))),
            IsRuntime = random.Chance(0.3),
            IsMasked = random.Chance(0.2) ? random.Chance(0.5) : null,
            IsEnabled = random.Chance(0.6) ? random.Chance(0.8) : null,
            Command = random.Chance(0.4) ? Pick([UnitVerb.Start, UnitVerb.Restart, UnitVerb.Stop]) : null,
            From = "t: units",
        };
    }

    private DesiredOption Option() => new(
        Pick(["name", "discovery", "listen-client-urls"]), Pick(["a", "http://x: #y", "\"q\""]))
    {
        IsSecret = random.Chance(0.2),
        From = "t: corenode",
    };

    private string Path() => $"{Pick(s_folders)}/{Pick(s_names)}";

    private string Text() => Pick(s_texts);

    private T Pick<T>(T[] of) => of[random.Next(of.Length)];

    private T[] Many<T>(int most, Func<T> make)
    {
        T[] made = new T[random.Chance(0.5) ? 0 : random.Next(most + 1)];
        for (int i = 0; i < made.Length; i++)
            made[i] = make();
        return made;
    }

    private static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
