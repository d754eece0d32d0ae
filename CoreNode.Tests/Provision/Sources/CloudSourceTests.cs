using CoreNode.Provision.Model;
using CoreNode.Provision.Sources;
using CoreNode.Provision.Sources.Clouds;
using CoreNode.Tests.Updates.Client;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>The metadata services of DigitalOcean, OpenStack, Google and Packet, by their real paths.</summary>
[TestFixture, Category("Unit")]
internal sealed class CloudSourceTests
{
    private const string Instance = "/computeMetadata/v1/instance/";
    private const string Project = "/computeMetadata/v1/project/";

    private FakeCloud _cloud = null!;

    [SetUp]
    public void Begin() => _cloud = new FakeCloud();

    [TearDown]
    public async Task End() => await _cloud.DisposeAsync();

    [Test]
    public async Task DigitalOcean_tells_all_in_one_file_but_the_user_data()
    {
        _cloud.Paths["/metadata/v1/user-data"] = "#!/bin/sh\n";
        _cloud.Paths["/metadata/v1.json"] = """
            {
              "droplet_id": 2756294, "hostname": "sample-droplet", "region": "nyc3",
              "public_keys": ["ssh-rsa AAAA sammy@digitalocean.com", "ssh-ed25519 BBBB two"],
              "dns": {"nameservers": ["2001:4860:4860::8844", "8.8.8.8"]},
              "interfaces": {
                "private": [{"ipv4": {"ip_address": "10.132.255.113", "netmask": "255.255.0.0"}, "type": "private"}],
                "public": [{
                  "ipv4": {"ip_address": "104.131.20.105", "netmask": "255.255.192.0"},
                  "ipv6": {"ip_address": "2604:A880:0800:0010:0000:0000:017D:2001", "cidr": 64},
                  "anchor_ipv4": {"ip_address": "10.17.0.9"}, "type": "public"
                }]
              }
            }
            """;
        UserData data = (await new DigitalOceanSource(_cloud.Root, _cloud.Options).FetchAsync(default))!;
        Assert.Multiple(() =>
        {
            Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("#!/bin/sh\n"));
            Assert.That(data.Hostname, Is.EqualTo("sample-droplet"));
            Assert.That(data.SshKeys.Count, Is.EqualTo(2));
            Assert.That(data.Addresses, Is.EqualTo(new MachineAddresses
            {
                PublicIPv4 = "104.131.20.105",
                PrivateIPv4 = "10.132.255.113",
                PublicIPv6 = "2604:a880:800:10::17d:2001",
            }));
            Assert.That(data.Source, Does.StartWith("DigitalOcean"));
        });
    }

    [TestCase("")]
    [TestCase("<html>")]
    [TestCase("[]")]
    [TestCase("{\"hostname\": \"secret-in-it\", ")]
    public async Task DigitalOcean_with_something_else_than_json_is_another_service(string body)
    {
        _cloud.Paths["/metadata/v1.json"] = body;
        SourceException failed = (await Assert.ThrowsAsync<SourceException>(
            () => new DigitalOceanSource(_cloud.Root, _cloud.Options).FetchAsync(default)))!;
        Assert.That(failed.IsFinal, Is.False);
        Assert.That(failed.Message, Does.Contain("no JSON object").And.Not.Contain("secret-in-it"));
    }

    [Test]
    public async Task DigitalOcean_without_its_file_is_another_service() =>
        Assert.That(
            (await Assert.ThrowsAsync<SourceException>(
                () => new DigitalOceanSource(_cloud.Root, _cloud.Options).FetchAsync(default)))!.Message,
            Does.Contain("/metadata/v1.json"));

    [Test]
    public async Task A_droplet_without_interfaces_and_user_data_has_its_name()
    {
        _cloud.Paths["/metadata/v1.json"] = """{"hostname": "a", "interfaces": {"public": {}}, "public_keys": 7}""";
        UserData data = (await new DigitalOceanSource(_cloud.Root, _cloud.Options).FetchAsync(default))!;
        Assert.That(data.Hostname, Is.EqualTo("a"));
        Assert.That(data.Addresses, Is.EqualTo(new MachineAddresses()));
    }

    [Test]
    public async Task OpenStack_tells_by_three_files_and_its_floating_address_by_the_paths_of_ec2()
    {
        _cloud.Paths["/openstack/latest/user_data"] = "#cloud-config\n";
        _cloud.Paths["/openstack/latest/meta_data.json"] = ConfigDriveTests.MetaData;
        _cloud.Paths["/openstack/latest/network_data.json"] = ConfigDriveTests.NetworkData;
        _cloud.Paths["/2009-04-04/meta-data/local-ipv4"] = "10.0.0.9";
        _cloud.Paths["/2009-04-04/meta-data/public-ipv4"] = "198.51.100.77";
        UserData data = (await new OpenStackSource(_cloud.Root, _cloud.Options).FetchAsync(default))!;
        Assert.Multiple(() =>
        {
            Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("#cloud-config\n"));
            Assert.That(data.Hostname, Is.EqualTo("test.novalocal"));
            Assert.That(data.SshKeys, Is.EqualTo(new[] { "ssh-rsa AAAA Generated-by-Nova" }));
            Assert.That(data.Addresses.PrivateIPv4, Is.EqualTo("10.0.0.9"));
            Assert.That(data.Addresses.PublicIPv4, Is.EqualTo("198.51.100.77"));
            Assert.That(data.Addresses.PublicIPv6, Is.EqualTo("2001:db8::5"));
        });
    }

    [Test]
    public async Task OpenStack_without_a_word_for_this_machine_has_nothing() =>
        Assert.That(await new OpenStackSource(_cloud.Root, _cloud.Options).FetchAsync(default), Is.Null);

    [Test]
    public async Task OpenStack_of_old_without_network_data_still_tells_the_rest()
    {
        _cloud.Paths["/openstack/latest/meta_data.json"] = ConfigDriveTests.MetaData;
        UserData data = (await new OpenStackSource(_cloud.Root, _cloud.Options).FetchAsync(default))!;
        Assert.That(data.Hostname, Is.EqualTo("test.novalocal"));
        Assert.That(data.Content.IsEmpty, Is.True);
    }

    [Test]
    public async Task Google_is_told_that_it_is_meant_and_must_say_that_it_is_google()
    {
        GoogleMachine();
        UserData data = (await new GceSource(_cloud.Root, _cloud.Options).FetchAsync(default))!;
        Assert.Multiple(() =>
        {
            Assert.That(_cloud.Requests.Select(one => one.Header("Metadata-Flavor")), Is.All.EqualTo("Google"));
            Assert.That(FakeCloud.Text(data.Content), Is.EqualTo("#cloud-config\n"));
            Assert.That(data.Hostname, Is.EqualTo("vm-1"));
            Assert.That(data.Addresses.PrivateIPv4, Is.EqualTo("10.128.0.2"));
            Assert.That(data.Addresses.PublicIPv4, Is.EqualTo("203.0.113.9"));
            Assert.That(
                data.SshKeys, Is.EqualTo(new[] { "ssh-rsa AAAA joe@example.com", "ssh-ed25519 PPPP project" }));
        });
    }

    [Test]
    public async Task An_answer_that_is_not_signed_as_googles_is_anothers()
    {
        GoogleMachine();
        _cloud.Headers = "";
        Assert.That(
            (await Assert.ThrowsAsync<SourceException>(
                () => new GceSource(_cloud.Root, _cloud.Options).FetchAsync(default)))!.Message,
            Does.Contain("Metadata-Flavor"));
    }

    [Test]
    public async Task Google_with_an_empty_external_address_has_none()
    {
        GoogleMachine();
        _cloud.Paths[Instance + "network-interfaces/0/access-configs/0/external-ip"] = "";
        UserData data = (await new GceSource(_cloud.Root, _cloud.Options).FetchAsync(default))!;
        Assert.That(data.Addresses.PublicIPv4, Is.Empty);
    }

    [Test]
    public async Task Keys_of_the_project_are_left_out_where_the_machine_says_so()
    {
        GoogleMachine();
        _cloud.Paths[Instance + "attributes/block-project-ssh-keys"] = "TRUE\n";
        UserData data = (await new GceSource(_cloud.Root, _cloud.Options).FetchAsync(default))!;
        Assert.That(data.SshKeys, Is.EqualTo(new[] { "ssh-rsa AAAA joe@example.com" }));
    }

    [Test]
    public async Task Keys_of_the_machine_of_the_older_name_stand_in_for_those_of_the_project()
    {
        GoogleMachine();
        _cloud.Paths[Instance + "attributes/sshKeys"] = "core:ssh-rsa OOOO old";
        UserData data = (await new GceSource(_cloud.Root, _cloud.Options).FetchAsync(default))!;
        Assert.That(data.SshKeys, Is.EqualTo(new[] { "ssh-rsa AAAA joe@example.com", "ssh-rsa OOOO old" }));
    }

    [TestCase("2027-01-31T20:12:00+0000", true)]
    [TestCase("2025-12-31T23:59:59+0000", false)]
    [TestCase("2026-01-01T01:30:00+0200", false)]
    [TestCase("some day", false)]
    public async Task A_key_of_google_that_is_over_is_none(string end, bool counts)
    {
        GoogleMachine();
        _cloud.Paths[Instance + "attributes/ssh-keys"] =
            $$"""joe:ssh-rsa AAAA google-ssh {"userName":"joe@example.com","expireOn":"{{end}}"}""";
        GceSource source = new(_cloud.Root, _cloud.Options with { Time = new HandTime() });
        UserData data = (await source.FetchAsync(default))!;
        bool isThere = data.SshKeys.Any(static one => one.StartsWith("ssh-rsa AAAA", StringComparison.Ordinal));
        Assert.That(isThere, Is.EqualTo(counts));
    }

    [Test]
    public async Task Packet_tells_its_addresses_by_family_and_side()
    {
        _cloud.Paths["/userdata"] = "{\"ignition\": {}}";
        _cloud.Paths["/metadata"] = """
            {
              "hostname": "x1.local", "ssh_keys": ["ssh-rsa AAAA a", "not-a-key"],
              "network": {"addresses": [
                {"address_family": 4, "public": true, "address": "147.75.1.2"},
                {"address_family": 4, "public": true, "address": "147.75.1.3"},
                {"address_family": 6, "public": true, "address": "2604:1380::1"},
                {"address_family": 4, "public": false, "address": "10.99.0.1"}
              ]}
            }
            """;
        UserData data = (await new PacketSource(_cloud.Root, _cloud.Options).FetchAsync(default))!;
        Assert.Multiple(() =>
        {
            Assert.That(data.Content.IsEmpty, Is.False);
            Assert.That(data.Hostname, Is.EqualTo("x1.local"));
            Assert.That(data.SshKeys, Is.EqualTo(new[] { "ssh-rsa AAAA a" }));
            Assert.That(data.Addresses, Is.EqualTo(new MachineAddresses
            {
                PublicIPv4 = "147.75.1.2",
                PrivateIPv4 = "10.99.0.1",
                PublicIPv6 = "2604:1380::1",
            }));
        });
    }

    [TestCase("999.1.1.1")]
    [TestCase("2001:db8::1")]
    [TestCase("10.1")]
    [TestCase("a\nb")]
    public void What_is_no_address_is_refused(string text) =>
        Assert.Throws<SourceException>(
            () => Metadata.Address(text, System.Net.Sockets.AddressFamily.InterNetwork, "EC2"));

    [TestCase("web-1.example.com", "web-1.example.com")]
    [TestCase(" web_1\n", "web_1")]
    [TestCase("host.", "host")]
    [TestCase("<html>", "")]
    [TestCase("two words", "")]
    [TestCase("$(reboot)", "")]
    [TestCase("", "")]
    public void A_name_that_is_none_is_left_out(string text, string name) =>
        Assert.That(Metadata.Hostname(text), Is.EqualTo(name));

    [Test]
    public async Task A_password_in_the_address_of_a_service_is_not_shown()
    {
        GceSource source = new(new Uri($"http://user:hunter2@127.0.0.1:{_cloud.Root.Port}/?t=hunter3"), _cloud.Options);
        SourceException failed = (await Assert.ThrowsAsync<SourceException>(() => source.FetchAsync(default)))!;
        Assert.That(source.Name + failed.Message, Does.Not.Contain("hunter"));
    }

    [Test]
    public async Task A_service_that_fails_is_asked_again_and_one_that_forbids_is_not()
    {
        _cloud.First = _ => RawServer.Answer(500, "");
        PacketSource source = new(_cloud.Root, _cloud.Options);
        Assert.That((await Assert.ThrowsAsync<SourceException>(() => source.FetchAsync(default)))!.IsFinal, Is.False);
        _cloud.First = _ => RawServer.Answer(403, "");
        Assert.That((await Assert.ThrowsAsync<SourceException>(() => source.FetchAsync(default)))!.IsFinal, Is.True);
    }

    private void GoogleMachine()
    {
        _cloud.Headers = "Metadata-Flavor: Google\r\nServer: Metadata Server for VM\r\n";
        _cloud.First = request => request.Header("Metadata-Flavor") == "Google" ? null : RawServer.Answer(403, "");
        _cloud.Paths[Instance + "attributes/user-data"] = "#cloud-config\n";
        _cloud.Paths[Instance + "hostname"] = "vm-1.europe-west1-b.c.my-project.internal";
        _cloud.Paths[Instance + "network-interfaces/0/ip"] = "10.128.0.2";
        _cloud.Paths[Instance + "network-interfaces/0/access-configs/0/external-ip"] = "203.0.113.9";
        _cloud.Paths[Instance + "attributes/ssh-keys"] = "joe:ssh-rsa AAAA joe@example.com\n\nbroken line\n";
        _cloud.Paths[Project + "attributes/ssh-keys"] = "ann:ssh-ed25519 PPPP project\n";
    }
}
