using CoreNode.Provision.Sources;
using CoreNode.Provision.Sources.Choice;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>Which sources a machine asks, by what it says of itself.</summary>
[TestFixture, Category("Unit")]
internal sealed class SourceCatalogTests
{
    private static readonly MachineSigns s_bare = new(new KernelCommandLine(""), "", "", "", "", "", "", "");

    [TestCase("Amazon EC2", "m5.large", "", "", "", "1.0", SourceKind.Ec2)]
    [TestCase("Xen", "HVM domU", "", "", "", "4.2.amazon", SourceKind.Ec2)]
    [TestCase("Xen", "HVM domU", "ec2e1916-9099", "EC2E1916-9099", "", "4.11", SourceKind.Ec2)]
    [TestCase("Xen", "HVM domU", "1234", "ec2e1916-9099", "", "4.11", null)]
    [TestCase("DigitalOcean", "Droplet", "2756294", "", "", "", SourceKind.DigitalOcean)]
    [TestCase("Google", "Google Compute Engine", "GoogleCloud-1", "", "", "Google", SourceKind.Gce)]
    [TestCase("", "", "GoogleCloud-1", "", "", "", SourceKind.Gce)]
    [TestCase("OpenStack Foundation", "OpenStack Nova", "", "", "", "", SourceKind.OpenStack)]
    [TestCase("RDO", "OpenStack Compute", "", "", "", "", SourceKind.OpenStack)]
    [TestCase("Xen", "HVM domU", "", "", "OpenTelekomCloud", "", SourceKind.OpenStack)]
    [TestCase(
        "Microsoft Corporation", "Virtual Machine", "", "", "7783-7084-3265-9085-8269-3286-77", "", SourceKind.Azure)]
    [TestCase("Microsoft Corporation", "Virtual Machine", "", "", "", "", null)]
    [TestCase("Dell Inc.", "PowerEdge R640", "ABC", "4c4c4544", "", "2.1", null)]
    [TestCase("QEMU", "Standard PC (Q35 + ICH9, 2009)", "", "", "", "", null)]
    [TestCase("VMware, Inc.", "VMware7,1", "", "", "", "", null)]
    [TestCase("", "", "", "", "", "", null)]
    public void Dmi_names_the_cloud(
        string vendor, string product, string serial, string uuid, string tag, string bios, SourceKind? kind)
    {
        CloudGuess guess = CloudGuess.Of(
            new MachineSigns(new KernelCommandLine(""), "", vendor, product, serial, uuid, tag, bios));
        Assert.That(guess.Kind, Is.EqualTo(kind));
        Assert.That(guess.Reason, kind is null ? Does.StartWith("no metadata service is asked") : Does.Contain("DMI"));
    }

    [TestCase("coreos.oem.id=ec2", "", SourceKind.Ec2)]
    [TestCase("coreos.oem.id=ami", "", SourceKind.Ec2)]
    [TestCase("flatcar.oem.id=digitalocean", "", SourceKind.DigitalOcean)]
    [TestCase("ignition.platform.id=gcp", "", SourceKind.Gce)]
    [TestCase("corenode.oem=openstack", "", SourceKind.OpenStack)]
    [TestCase("flatcar.oem.id=packet", "", SourceKind.Packet)]
    [TestCase("coreos.oem.id=rackspace-onmetal", "", SourceKind.ConfigDrive)]
    [TestCase("coreos.oem.id=ec2 corenode.oem=gce", "", SourceKind.Gce)]
    [TestCase("corenode.oem=metal", "digitalocean", null)]
    [TestCase("corenode.oem=azure", "", SourceKind.Azure)]
    [TestCase("corenode.oem=nocloud", "", SourceKind.NoCloud)]
    [TestCase("corenode.oem=cloudsigma", "", null)]
    [TestCase("", "gce", SourceKind.Gce)]
    [TestCase("", "vmware", null)]
    public void The_kernels_argument_counts_more_than_the_oem_that_more_than_dmi(
        string arguments, string oem, SourceKind? kind)
    {
        CloudGuess guess = CloudGuess.Of(s_bare with
        {
            CommandLine = new KernelCommandLine(arguments),
            OemId = oem,
            Vendor = "Amazon EC2",
        });
        Assert.That(guess.Kind, Is.EqualTo(kind));
    }

    [Test]
    public void Bare_metal_asks_its_disks_only_and_says_so()
    {
        SourcePlan plan = Plan(s_bare with { Vendor = "Dell Inc.", Product = "PowerEdge R640" }, "auto");
        Assert.That(
            Names(plan), Is.EqualTo(new[]
            {
                "+OEM cloud-config", "+OEM Ignition config", "config drive", "NoCloud drive",
            }));
        Assert.That(plan.Notes, Is.EqualTo(new[]
        {
            "no metadata service is asked: DMI (\"Dell Inc.\", \"PowerEdge R640\") names none that CoreNode knows",
        }));
    }

    [Test]
    public void A_cloud_is_asked_after_the_kernels_url_and_the_drive()
    {
        SourcePlan plan = Plan(
            s_bare with
            {
                Vendor = "Amazon EC2",
                CommandLine = new KernelCommandLine(
                    "cloud-config-url=http://h/c ignition.config.url=http://h/i?token=hunter2"),
            },
            "auto");
        Assert.That(Names(plan), Is.EqualTo(new[]
        {
            "+OEM cloud-config", "+OEM Ignition config", "+URL http://h/i?…", "URL http://h/c", "config drive",
            "NoCloud drive", "EC2 (http://169.254.169.254/)",
        }));
        Assert.That(string.Join(' ', plan.Notes), Does.Not.Contain("hunter2"));
    }

    [Test]
    public void In_openstack_the_drive_comes_second_since_it_may_come_late()
    {
        SourcePlan plan = Plan(s_bare with { Product = "OpenStack Nova" }, "auto");
        Assert.That(
            Names(plan)[^2..], Is.EqualTo(new[] { "OpenStack (http://169.254.169.254/)", "config drive" }));
    }

    [Test]
    public void After_the_first_boot_nothing_of_ignition_is_asked()
    {
        SourcePlan plan = SourceCatalog.Plan(
            Words("auto"),
            s_bare with { CommandLine = new KernelCommandLine("ignition.config.url=http://h/i") },
            new SourceOptions { IsFirstBoot = false });
        Assert.That(Names(plan), Is.EqualTo(new[] { "+OEM cloud-config", "config drive", "NoCloud drive" }));
        Assert.That(plan.Notes[0], Does.Contain("first boot only"));
    }

    [Test]
    public void Named_sources_keep_their_order_and_are_asked_once()
    {
        SourcePlan plan = Plan(s_bare, "gce", "url=http://h/a", "gce", "config-drive=/dev/sr0", "file=/a", "file=/b");
        Assert.That(Names(plan), Is.EqualTo(new[]
        {
            "GCE (http://metadata.google.internal/)", "URL http://h/a", "config drive /dev/sr0", "file /a", "file /b",
        }));
    }

    [Test]
    public void Two_urls_that_differ_only_in_what_is_not_shown_are_two() =>
        Assert.That(Plan(s_bare, "url=http://h/a?b=1", "url=http://h/a?b=2").Entries.Count, Is.EqualTo(2));

    [TestCase("cmdline", "quiet", "has neither cloud-config-url=")]
    [TestCase("cmdline", "cloud-config-url=/etc/hunter2", "is no http or https URL")]
    [TestCase("auto", "cloud-config-url=ftp://u:hunter2@h/", "is no http or https URL")]
    public void Arguments_that_lead_nowhere_are_told(string word, string arguments, string note)
    {
        SourcePlan plan = Plan(s_bare with { CommandLine = new KernelCommandLine(arguments) }, word);
        Assert.That(string.Join('\n', plan.Notes), Does.Contain(note).And.Not.Contain("hunter2"));
        Assert.That(Names(plan), Has.None.StartsWith("URL"));
    }

    [Test]
    public void What_a_machine_says_is_read_from_its_files()
    {
        string root = Directory.CreateTempSubdirectory("corenode-signs-").FullName;
        try
        {
            Write(root, "proc/cmdline", "quiet cloud-config-url=http://h/a\n");
            Write(root, "sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
            Write(root, "sys/class/dmi/id/product_name", "m5.large\n");
            Write(root, "usr/share/oem/oem-release", "NAME=\"Amazon\"\nID=\"ami\"\nVERSION_ID=1\n");
            MachineSigns signs = MachineSigns.Read(root);
            Assert.That(signs.CommandLine.Value("cloud-config-url"), Is.EqualTo("http://h/a"));
            Assert.That((signs.Vendor, signs.Product, signs.Serial), Is.EqualTo(("Amazon EC2", "m5.large", "")));
            Assert.That(signs.OemId, Is.EqualTo("ami"));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [TestCase("ds=nocloud;s=http://h/a/", "", "NoCloud http://h/a/")]
    [TestCase("ds=nocloud-net;seedfrom=https://h/a?b=hunter2", "", "NoCloud https://h/a?…")]
    [TestCase("ds=nocloud;s=/seed/", "", "NoCloud drive /seed/")]
    [TestCase("\"ds=nocloud;h=web;s=file:///seed\"", "", "NoCloud drive /seed")]
    [TestCase("", "ds=nocloud;s=http://h/serial/", "NoCloud http://h/serial/")]
    [TestCase("ds=nocloud;s=http://h/a/", "ds=nocloud;s=http://h/b/", "NoCloud http://h/a/")]
    [TestCase("ds=ec2;s=http://h/a/", "", null)]
    [TestCase("ds=nocloud", "", null)]
    [TestCase("ds=nocloud;h=web", "", null)]
    [TestCase("ds=nocloud;s=ftp://h/", "", null)]
    [TestCase("", "ABC;s=http://h/a/", null)]
    public void A_seed_of_nocloud_is_asked_where_the_machine_is_told_of_one(
        string arguments, string serial, string? name)
    {
        MachineSigns signs = s_bare with { CommandLine = new KernelCommandLine(arguments), Serial = serial };
        string[] expected = name is null ? [] : [name];
        Assert.That(Names(Plan(signs, "cmdline")), Is.EqualTo(expected));
        Assert.That(
            Names(Plan(signs, "auto")),
            Is.EqualTo((string[])["+OEM cloud-config", "+OEM Ignition config", .. expected, "config drive",
                "NoCloud drive"]));
    }

    [Test]
    public void On_azure_its_disc_is_awaited()
    {
        SourcePlan plan = Plan(s_bare with { ChassisTag = "7783-7084-3265-9085-8269-3286-77" }, "auto");
        Assert.That(Names(plan)[^1], Is.EqualTo("Azure disc"));
        Assert.That(plan.Notes, Is.EqualTo(new[] { "DMI names Azure: it is asked" }));
    }

    [Test]
    public void This_machines_own_files_can_be_read() =>
        Assert.That(MachineSigns.Read("").CommandLine, Is.Not.Null);

    private static SourceWord[] Words(params string[] texts) =>
        [.. texts.Select(text => SourceWord.TryParse(text, out SourceWord? word, out _) ? word : null!)];

    private static SourcePlan Plan(MachineSigns signs, params string[] words) =>
        SourceCatalog.Plan(Words(words), signs, new SourceOptions());

    private static string[] Names(SourcePlan plan) =>
        [.. plan.Entries.Select(one => (one.IsAdditional ? "+" : "") + one.Source.Name)];

    private static void Write(string root, string path, string content)
    {
        string whole = Path.Join(root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(whole)!);
        File.WriteAllText(whole, content);
    }
}
