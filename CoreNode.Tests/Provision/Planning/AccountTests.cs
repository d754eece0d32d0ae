using CoreNode.Provision.Model;

namespace CoreNode.Tests.Provision.Planning;

/// <summary>Edits of passwd, shadow, group and gshadow.</summary>
[TestFixture, Category("Unit")]
internal sealed class AccountTests
{
    [Test]
    public void A_new_user_gets_a_line_in_each_file_and_a_home()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Users(new DesiredUser("anna") { PasswordHash = "$6$salt$hash", Gecos = "Anna" }));
        Assert.That(
            Wishes.Line(machine, "/etc/passwd", "anna"), Is.EqualTo("anna:x:1000:1000:Anna:/home/anna:/bin/bash"));
        Assert.That(Wishes.Line(machine, "/etc/shadow", "anna"), Is.EqualTo("anna:$6$salt$hash:20000:0:99999:7:::"));
        Assert.That(Wishes.Line(machine, "/etc/group", "anna"), Is.EqualTo("anna:x:1000:"));
        Assert.That(Wishes.Line(machine, "/etc/gshadow", "anna"), Is.EqualTo("anna:!::"));
        Assert.That(machine.Node("/home/anna") is { Mode: 0x1ED, User: 1000, Group: 1000 }, Is.True);
    }

    [Test]
    public void A_user_without_a_password_cannot_log_in_by_one()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Users(new DesiredUser("anna")));
        Assert.That(Wishes.Line(machine, "/etc/shadow", "anna"), Does.StartWith("anna:*:"));
    }

    [Test]
    public void No_hash_is_ever_in_passwd_and_an_old_one_leaves_it()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/passwd", "root:x:0:0::/root:/bin/sh\ncore:$1$old:500:500::/home/core:/bin/sh\n");
        machine.Apply(Wishes.Users(new DesiredUser("core") { PasswordHash = "$6$new" }));
        Assert.That(machine.Text("/etc/passwd"), Does.Not.Contain("$"));
        Assert.That(Wishes.Line(machine, "/etc/shadow", "core"), Is.EqualTo("core:$6$new:20000:0:::::"));
    }

    [TestCase("core:*:15887:0:::::\n", "core:$6$n:20000:0:::::")]
    [TestCase("core:$6$n:15887:0:::::\n", "core:$6$n:15887:0:::::")]
    [TestCase("core:!:1:2:3:4:5:6:7\n", "core:$6$n:20000:2:3:4:5:6:7")]
    [TestCase("", "core:$6$n:20000:0:99999:7:::")]
    public void A_changed_password_changes_its_field_and_its_day_only(string shadow, string after)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/shadow", shadow);
        machine.Apply(Wishes.Users(new DesiredUser("core") { PasswordHash = "$6$n", Gecos = "other", Shell = "/x" }));
        Assert.That(Wishes.Line(machine, "/etc/shadow", "core"), Is.EqualTo(after));
        Assert.That(Wishes.Line(machine, "/etc/passwd", "core"), Does.Contain("CoreOS:/home/core:/bin/bash"));
    }

    [Test]
    public void Of_a_user_that_exists_an_adjusting_wish_changes_the_rest_too()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Users(new DesiredUser("core")
        {
            IsAdjusted = true,
            Gecos = "New",
            Shell = "/bin/sh",
            Groups = ["docker"],
            PrimaryGroup = "wheel",
        }));
        Assert.That(Wishes.Line(machine, "/etc/passwd", "core"), Is.EqualTo("core:x:500:10:New:/home/core:/bin/sh"));
        Assert.That(Wishes.Line(machine, "/etc/group", "docker"), Is.EqualTo("docker:x:233:core"));
        Assert.That(Wishes.Line(machine, "/etc/gshadow", "docker"), Is.EqualTo("docker:!::core"));
    }

    [Test]
    public void Of_a_user_that_exists_groups_are_left_otherwise()
    {
        FakeMachine machine = FakeMachine.New();
        Plan plan = machine.Apply(Wishes.Users(new DesiredUser("core") { Groups = ["docker"], HasNoHome = true }));
        Assert.That(plan.Changes, Is.Empty);
    }

    [TestCase("# a comment\nroot:x:0:0::/root:/bin/sh\n\n+nis\n+::::::\n", "+nis\n+::::::\n")]
    [TestCase("root:x:0:0::/root:/bin/sh\nodd line\nx:y\n", "")]
    [TestCase("root:x:0:0::/root:/bin/sh", "")]
    [TestCase("-user\nroot:x:0:0::/root:/bin/sh\n", "-user\nroot:x:0:0::/root:/bin/sh\n")]
    public void Odd_lines_stay_and_new_ones_stand_before_those_of_NIS(string passwd, string tail)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/passwd", passwd);
        machine.Apply(Wishes.Users(new DesiredUser("anna") { HasNoHome = true }));
        string head = passwd[..^tail.Length];
        string end = head.Length == 0 || head.EndsWith('\n') ? "" : "\n";
        Assert.That(
            machine.Text("/etc/passwd"),
            Is.EqualTo($"{head}{end}anna:x:1000:1000::/home/anna:/bin/bash\n{tail}"));
    }

    [Test]
    public void Bytes_that_are_no_UTF8_stay()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/passwd", "x");
        byte[] old = [.. "root:x:0:0:R\u00f6\u00df:/root:/bin/sh\n"u8, 0x62, 0x3A, 0xFF, 0xFE, 0x0A];
        machine.Apply(new PutFile("/etc/passwd", old, 0x1A4, 0, 0, PathFact.Absent, ""));
        machine.Apply(Wishes.Users(new DesiredUser("anna") { Gecos = "Änn", HasNoHome = true }));
        byte[] added = [.. "anna:x:1000:1000:\u00c4nn:/home/anna:/bin/bash\n"u8];
        Assert.That(machine.Node("/etc/passwd").Content, Is.EqualTo((byte[])[.. old, .. added]));
    }

    [Test]
    public void Without_shadow_files_one_is_made_and_gshadow_is_not()
    {
        FakeMachine machine = new();
        machine.Folder("/etc");
        machine.Apply(Wishes.Users(new DesiredUser("anna") { HasNoHome = true }));
        Assert.That(machine.Node("/etc/shadow") is { Mode: 0x180, User: 0, Group: 0 }, Is.True);
        Assert.That(machine.Node("/etc/passwd").Mode, Is.EqualTo(0x1A4));
        Assert.That(machine.Find("/etc/gshadow"), Is.Null);
    }

    [Test]
    public void A_new_shadow_file_belongs_to_the_group_shadow_where_there_is_one()
    {
        FakeMachine machine = new();
        machine.File("/etc/group", "shadow:x:42:\n");
        machine.Apply(Wishes.Users(new DesiredUser("anna") { HasNoHome = true }));
        Assert.That(machine.Node("/etc/shadow") is { Mode: 0x1A0, User: 0, Group: 42 }, Is.True);
    }

    [Test]
    public void Files_that_are_there_keep_owner_and_mode()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/shadow", "root:*:1::::::\n", 0, 3, 4);
        machine.Apply(Wishes.Users(new DesiredUser("anna")));
        Assert.That(machine.Node("/etc/shadow") is { Mode: 0, User: 3, Group: 4 }, Is.True);
    }

    [TestCase("", false, 1000u)]
    [TestCase("a:x:1000:1::/:/b\n", false, 1001u)]
    [TestCase("a:x:1001:1::/:/b\n", false, 1000u)]
    [TestCase("", true, 999u)]
    [TestCase("a:x:999:1::/:/b\nb:x:998:1::/:/b\n", true, 997u)]
    public void A_free_number_is_the_lowest_for_people_and_the_highest_for_the_system(
        string passwd, bool isSystem, uint number)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/passwd", passwd);
        machine.Apply(Wishes.Users(new DesiredUser("anna") { IsSystem = isSystem }));
        Assert.That(Wishes.Line(machine, "/etc/passwd", "anna"), Does.StartWith($"anna:x:{number}:{number}:"));
    }

    [Test]
    public void A_number_of_a_group_is_not_free_for_a_user()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/group", "taken:x:1000:\n");
        machine.Apply(Wishes.Users(new DesiredUser("anna"), new DesiredUser("bert") { Number = 1001 }));
        Assert.That(Wishes.Line(machine, "/etc/passwd", "anna"), Does.StartWith("anna:x:1002:1002:"));
        Assert.That(Wishes.Line(machine, "/etc/passwd", "bert"), Does.StartWith("bert:x:1001:1001:"));
    }

    [Test]
    public void Limits_are_those_of_login_defs()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/login.defs", "# UID_MIN 5\nUID_MIN\t\t 2000\nSYS_UID_MAX 500\nUID_MAX x\n");
        machine.Apply(Wishes.Users(new DesiredUser("anna"), new DesiredUser("svc") { IsSystem = true }));
        Assert.That(Wishes.Line(machine, "/etc/passwd", "anna"), Does.StartWith("anna:x:2000:2000:"));
        Assert.That(Wishes.Line(machine, "/etc/passwd", "svc"), Does.StartWith("svc:x:499:499:"));
    }

    [Test]
    public void When_no_number_is_free_that_is_an_error()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/login.defs", "UID_MIN 500\nUID_MAX 500\n");
        Plan plan = machine.Plan(Wishes.Users(new DesiredUser("anna")));
        Assert.That(Wishes.Errors(plan), Does.Contain("no number is free"));
    }

    [Test]
    public void A_group_of_the_users_name_that_is_there_becomes_its_own()
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/group", "anna:x:1234:\n");
        machine.Apply(Wishes.Users(new DesiredUser("anna")));
        Assert.That(Wishes.Line(machine, "/etc/passwd", "anna"), Does.StartWith("anna:x:1234:1234:"));
    }

    [TestCase("docker", "233")]
    [TestCase("233", "233")]
    public void A_primary_group_is_named_or_numbered(string group, string number)
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Users(new DesiredUser("anna") { PrimaryGroup = group }));
        Assert.That(Wishes.Line(machine, "/etc/passwd", "anna"), Does.StartWith($"anna:x:1000:{number}:"));
        Assert.That(Wishes.Line(machine, "/etc/group", "anna"), Is.Empty);
    }

    [TestCase("", "100")]
    [TestCase("users:x:77:\n", "77")]
    public void Without_a_group_of_its_own_a_user_is_in_users(string group, string number)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File("/etc/group", group);
        machine.Apply(Wishes.Users(new DesiredUser("anna") { HasNoUserGroup = true }));
        Assert.That(Wishes.Line(machine, "/etc/passwd", "anna"), Does.StartWith($"anna:x:1000:{number}:"));
    }

    [Test]
    public void A_user_joins_groups_that_the_same_plan_makes()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(new DesiredMachine
        {
            Groups = [new DesiredGroup("apps") { Number = 4000 }],
            Users = [new DesiredUser("anna") { Groups = ["apps", "docker", "docker"] }],
        });
        Assert.That(Wishes.Line(machine, "/etc/group", "apps"), Is.EqualTo("apps:x:4000:anna"));
        Assert.That(Wishes.Line(machine, "/etc/gshadow", "docker"), Is.EqualTo("docker:!::anna"));
        Assert.That(Wishes.Line(machine, "/etc/group", "docker"), Is.EqualTo("docker:x:233:anna"));
    }

    [Test]
    public void A_group_that_does_not_exist_is_left_out_with_a_warning()
    {
        FakeMachine machine = FakeMachine.New();
        Plan plan = machine.Apply(Wishes.Users(new DesiredUser("anna") { Groups = ["rkt"], From = "f: users[0]" }));
        Assert.That(Wishes.Warnings(plan), Does.Contain("group rkt does not exist"));
        Assert.That(machine.Text("/etc/group"), Does.Not.Contain("rkt"));
    }

    [Test]
    public void A_removed_user_is_nowhere_any_more_but_its_home_stays()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Folder("/home/core");
        machine.File("/etc/group", "core:x:500:\nwheel:x:10:root,core\ndocker:x:233:core\n");
        machine.File("/etc/gshadow", "core:!::\nwheel:!:core:root,core\n");
        machine.Apply(Wishes.Users(new DesiredUser("core") { ShouldExist = false }));
        Assert.That(machine.Text("/etc/passwd") + machine.Text("/etc/shadow"), Does.Not.Contain("core"));
        Assert.That(machine.Text("/etc/group"), Is.EqualTo("wheel:x:10:root\ndocker:x:233:\n"));
        Assert.That(machine.Text("/etc/gshadow"), Is.EqualTo("wheel:!::root\n"));
        Assert.That(machine.Find("/home/core"), Is.Not.Null);
    }

    [Test]
    public void Removing_a_user_that_is_not_there_leaves_a_group_of_its_name()
    {
        FakeMachine machine = FakeMachine.New();
        Plan plan = machine.Apply(Wishes.Users(new DesiredUser("docker") { ShouldExist = false }));
        Assert.That(plan.Changes, Is.Empty);
    }

    [Test]
    public void A_group_gets_number_and_password()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Groups(
            new DesiredGroup("apps") { Number = 4000, PasswordHash = "$6$g" },
            new DesiredGroup("sys") { IsSystem = true }));
        Assert.That(Wishes.Line(machine, "/etc/group", "apps"), Is.EqualTo("apps:x:4000:"));
        Assert.That(Wishes.Line(machine, "/etc/gshadow", "apps"), Is.EqualTo("apps:$6$g::"));
        Assert.That(Wishes.Line(machine, "/etc/group", "sys"), Is.EqualTo("sys:x:999:"));
    }

    [Test]
    public void A_group_that_somebody_has_as_primary_one_is_not_removed()
    {
        FakeMachine machine = FakeMachine.New();
        DesiredGroup gone = new("core") { ShouldExist = false };
        Assert.That(Wishes.Errors(machine.Plan(Wishes.Groups(gone))), Does.Contain("primary group of core"));
        machine.Apply(Wishes.Groups(new DesiredGroup("docker") { ShouldExist = false }));
        Assert.That(machine.Text("/etc/group") + machine.Text("/etc/gshadow"), Does.Not.Contain("docker"));
    }

    [Test]
    public void The_default_user_must_exist_or_be_made_by_the_same_plan()
    {
        FakeMachine machine = FakeMachine.New();
        DesiredUser keys = new("nina") { IsMade = false, SshKeys = ["ssh-rsa A"], From = "ud: ssh_authorized_keys" };
        Finding error = machine.Plan(Wishes.Users(keys)).Findings.Single();
        Assert.That(error.Severity, Is.EqualTo(Severity.Error));
        Assert.That(error.Reason, Does.Contain("user nina does not exist"));
        Assert.That(error.Suggestion, Does.Contain("under users"));
        Assert.That((error.Source, error.Key), Is.EqualTo(("ud", "ssh_authorized_keys")));
        machine.Apply(Wishes.Users(keys, new DesiredUser("nina")));
        Assert.That(machine.Text("/home/nina/.ssh/authorized_keys"), Is.EqualTo("ssh-rsa A\n"));
    }

    [TestCase("a:b", "", null, "cannot be the name")]
    [TestCase("", "", null, "cannot be the name")]
    [TestCase("a\nb", "", null, "cannot be the name")]
    [TestCase("-a", "", null, "cannot be the name")]
    [TestCase("anna", "x:y", null, "colon")]
    [TestCase("anna", "", "$6$x\nroot::0:0", "colon or a line end")]
    [TestCase("anna", "", "$6$x:0", "colon")]
    public void What_files_of_accounts_cannot_hold_is_refused_unseen(
        string name, string gecos, string? hash, string reason)
    {
        Plan plan = FakeMachine.New().Plan(Wishes.Users(new DesiredUser(name) { Gecos = gecos, PasswordHash = hash }));
        Assert.That(Wishes.Errors(plan), Does.Contain(reason).And.Not.Contain("$6$"));
        Assert.That(plan.Changes, Is.Empty);
    }

    [TestCase("anna:x:1000\n", "/etc/passwd")]
    [TestCase("anna\n", "/etc/group")]
    public void A_broken_line_of_that_name_is_left_to_a_person(string line, string path)
    {
        FakeMachine machine = FakeMachine.New();
        machine.File(path, line);
        Assert.That(Wishes.Errors(machine.Plan(Wishes.Users(new DesiredUser("anna")))), Does.Contain("is broken"));
    }

    [Test]
    public void A_number_that_another_has_is_an_error_and_one_that_differs_a_warning()
    {
        FakeMachine machine = FakeMachine.New();
        DesiredUser taken = new("anna") { Number = 500 };
        Assert.That(Wishes.Errors(machine.Plan(Wishes.Users(taken))), Does.Contain("core has it"));
        DesiredGroup other = new("docker") { Number = 5 };
        Assert.That(Wishes.Warnings(machine.Apply(Wishes.Groups(other))), Does.Contain("number 233 and keeps it"));
        DesiredGroup used = new("new") { Number = 233 };
        Assert.That(Wishes.Errors(machine.Plan(Wishes.Groups(used))), Does.Contain("docker has it"));
    }

    [Test]
    public void A_user_that_is_wanted_twice_is_one_with_the_keys_of_both()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Users(
            new DesiredUser("anna") { SshKeys = ["ssh-rsa A"], Gecos = "1" },
            new DesiredUser("anna") { SshKeys = ["ssh-rsa B"], Gecos = "2" }));
        Assert.That(machine.Text("/home/anna/.ssh/authorized_keys"), Is.EqualTo("ssh-rsa A\nssh-rsa B\n"));
        Assert.That(Wishes.Line(machine, "/etc/passwd", "anna"), Does.Contain(":2:"));
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    public void A_home_is_not_made_where_none_is_wanted(bool hasNoHome, bool isSystem)
    {
        FakeMachine machine = FakeMachine.New();
        machine.Apply(Wishes.Users(new DesiredUser("anna") { HasNoHome = hasNoHome, IsSystem = isSystem }));
        Assert.That(machine.Find("/home/anna"), Is.Null);
    }

    [Test]
    public void A_home_elsewhere_gets_its_parents_and_one_that_is_there_stays_as_it_is()
    {
        FakeMachine machine = FakeMachine.New();
        machine.Folder("/home/core", 0x1C0, 7, 7);
        machine.Apply(Wishes.Users(new DesiredUser("anna") { Home = "/srv/people/anna" }, new DesiredUser("core")));
        Assert.That(machine.Node("/srv/people") is { Mode: 0x1ED, User: 0 }, Is.True);
        Assert.That(machine.Node("/srv/people/anna").User, Is.EqualTo(1000));
        Assert.That(machine.Node("/home/core") is { Mode: 0x1C0, User: 7 }, Is.True);
    }
}
