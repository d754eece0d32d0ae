namespace CoreNode.Tests.EndToEnd.Units.Systemd;

/// <summary>Containers as units: a file of Quadlet's, real podman, systemd.</summary>
[TestFixture, Category("EndToEnd"), Category("Native")]
[Parallelizable(ParallelScope.Self)]
internal sealed class ContainerFileTests
{
    private const string Image = "localhost/corenode-test:1";

    private const string Web = """
        # An instance serves its own number.
        [Unit]
        Description=Web %i

        [Container]
        Image=localhost/corenode-test:1
        Network=host
        Environment="GREETING=hello from %i"
        Volume=/root/site:/site:ro
        Exec=/bin/sh -c 'echo "$$GREETING"; exec /bin/httpd -f -p 0.0.0.0:808%i -h /site'
        StopTimeout=1
        # Limits of devices are a program for the kernel, which a container in a container may not load.
        PodmanArgs=--privileged

        [X-Fleet]
        HealthHTTP=http://127.0.0.1:808%i/
        Announce=/services/web/%i http://%{ip}:808%i

        """;

    [Test]
    public async Task A_container_file_runs_as_a_unit_by_real_podman()
    {
        TestPrograms.Podman();
        TestPrograms.Busybox();
        using TestFolder image = new();
        await MakeImageAsync(image);
        await using SystemdCluster cluster =
            await SystemdCluster.StartAsync(1, prepare: node => PrepareAsync(node, image));
        SystemdNode node = cluster[1];
        ProgramResult imported = await ImportAsync(node);
        Assert.That(imported.ExitCode, Is.Zero, imported.Error);

        // What cannot be taken is told before anything is in the cluster.
        ProgramResult refused = await node.TryCorenodeAsync(
            "unit", "start", node.Write("bad.container", $"[Container]\nImage={Image}\nPublishPorts=80:80\n"));
        Assert.That(refused.ExitCode, Is.EqualTo(1));
        Assert.That(refused.Error, Does.Contain(":3: ").And.Contain("did you mean PublishPort=?"));
        Assert.That(await node.CorenodeAsync("unit", "list"), Does.Not.Contain("bad"));

        string other = Web.Replace("StopTimeout=1", "StopTimeout=2", StringComparison.Ordinal);
        string template = node.Write("web@.container", Web);
        await node.CorenodeAsync("unit", "submit", template);
        ProgramResult started = await node.TryCorenodeAsync(
            "unit", "start", "--wait", "60", "web@1.container", "web@2");
        Assert.That(started.ExitCode, Is.Zero, started.Error + await node.Container.JournalAsync("web@1.service"));
        Assert.That((await node.StateAsync("web@1.service")).Active, Is.EqualTo("active"));
        Assert.That(await NamesAsync(node), Is.EqualTo("systemd-web_1 systemd-web_2"));
        ProgramResult page = await node.Container.RunAsync("curl", "-sf", "http://127.0.0.1:8081/index.html");
        Assert.That(page.Output, Is.EqualTo("a page\n"), page.Error);
        await cluster.UntilAsync(
            async () => (await node.TryCorenodeAsync("kv", "get", "/services/web/1")).ExitCode == 0, "announced");
        await cluster.UntilAsync(
            async () => (await node.CorenodeAsync("unit", "journal", "web@1.container"))
                .Contains("hello from 1", StringComparison.Ordinal),
            "what the container writes is the unit's journal");
        Assert.That(await node.CorenodeAsync("unit", "list"), Does.Contain("web@1.service"));

        // The same file again changes nothing, another text is taken with --replace only.
        string pid = await PidAsync(node);
        await node.CorenodeAsync("unit", "start", "--wait", "60", "web@1.container");
        ProgramResult differing = await node.TryCorenodeAsync(
            "unit", "submit", node.Write("web@.container", other));
        Assert.That(differing.Error, Does.Contain("--replace"));
        Assert.That(await PidAsync(node), Is.EqualTo(pid));

        // podman's monitor is killed: systemd says so, and no container is left behind.
        int monitor = (await node.StateAsync("web@2.service")).MainPid;
        await node.Container.RunAsync("kill", "-9", $"{monitor}");
        await cluster.UntilAsync(
            async () => await NamesAsync(node) == "systemd-web_1", "what is left of it is removed");

        await node.CorenodeAsync("unit", "stop", "web@1.container");
        Assert.That(await NamesAsync(node), Is.Empty);
        await node.CorenodeAsync("unit", "destroy", "web@1.container", "web@2.service", "web@.container");
        Assert.That(await node.CorenodeAsync("unit", "list"), Does.Not.Contain("web"));
    }

    [Test]
    public async Task A_container_registers_itself_over_the_bridge_by_the_machines_token()
    {
        TestPrograms.Podman();
        TestPrograms.Busybox();
        using TestFolder image = new();
        await MakeImageAsync(image);
        await using SystemdCluster cluster = await SystemdCluster.StartAsync(1, prepare: async node =>
        {
            await PrepareAsync(node, image);
            node.Set("CORENODE_LISTEN_CONTAINER_URLS=http://podman0:2381");
        });
        SystemdNode node = cluster[1];
        ProgramResult imported = await ImportAsync(node);
        Assert.That(imported.ExitCode, Is.Zero, imported.Error);

        // The bridge comes after the node.
        ProgramResult bridge = await node.Container.RunAsync("sh", "-c", """
            ip link add podman0 type bridge && ip address add 10.88.0.1/16 dev podman0 && ip link set podman0 up
            """);
        Assert.That(bridge.ExitCode, Is.Zero, bridge.Error);
        await cluster.UntilAsync(
            async () => (await node.Container.RunAsync("curl", "-s", "http://10.88.0.1:2381/v2/keys")).ExitCode == 0,
            "the store listens on the bridge");
        await node.CorenodeAsync("unit", "start", "--wait", "60", node.Write("register.container", $"""
            [Container]
            Image={Image}
            Network=host
            PodmanArgs=--privileged
            Volume=/var/lib/corenode/container-token:/run/token:ro
            Exec=/bin/sh -c 'wget -q -O /tmp/answer --header "Authorization: Bearer $$(cat /run/token)" \
              --post-data value=here http://10.88.0.1:2381/v2/keys/services/web; exec sleep 1000'
            StopTimeout=1

            """));
        await cluster.UntilAsync(
            async () => (await node.TryCorenodeAsync("kv", "ls", "/services/web")).Output.Contains(
                "/services/web/", StringComparison.Ordinal),
            "registered");
        await node.CorenodeAsync("unit", "destroy", "register.container");
    }

    // Not where this machine's tests have their files: that is not there.
    private static Task<ProgramResult> ImportAsync(SystemdNode node) =>
        node.Container.RunAsync("env", "TMPDIR=/var/tmp", "podman", "import", "/root/root.tar", Image);

    private static async Task<string> PidAsync(SystemdNode node) =>
        (await node.Container.RunAsync("podman", "inspect", "-f", "{{.State.Pid}}", "systemd-web_1")).Output;

    private static async Task<string> NamesAsync(SystemdNode node) => string.Join(' ',
        (await node.Container.RunAsync("podman", "ps", "--all", "--format", "{{.Names}}")).Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());

    private static async Task MakeImageAsync(TestFolder folder)
    {
        string root = folder.File("root");
        foreach (string one in (string[])["bin", "tmp", "proc", "sys", "dev", "etc", "run", "site"])
            Directory.CreateDirectory(Path.Combine(root, one));
        File.Copy(TestPrograms.Busybox(), Path.Combine(root, "bin/busybox"));
        foreach (string applet in (string[])["sh", "httpd", "wget", "cat", "sleep"])
            File.CreateSymbolicLink(Path.Combine(root, "bin", applet), "busybox");
        ProgramResult packed = await ProgramResult.OfAsync("tar", ["-C", root, "-cf", folder.File("root.tar"), "."]);
        Assert.That(packed.ExitCode, Is.Zero, packed.Error);
    }

    // Without keys, controllers and a network of its own, which a container of a container cannot have everywhere.
    private static async Task PrepareAsync(SystemdNode node, TestFolder image)
    {
        Directory.CreateDirectory(node.Container.Inside("etc/containers"));
        Directory.CreateDirectory(node.Container.Inside("root/site"));
        Directory.CreateDirectory(node.Container.Inside("var/tmp"));
        await File.WriteAllTextAsync(node.Container.Inside("root/site/index.html"), "a page\n");
        File.Copy(image.File("root.tar"), node.Container.Inside("root/root.tar"));
        await File.WriteAllTextAsync(node.Container.Inside("etc/containers/containers.conf"), """
            [engine]
            runtime = "crun"
            lock_type = "file"
            [containers]
            keyring = false
            pids_limit = 0
            default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]

            """);
        await File.WriteAllTextAsync(node.Container.Inside("etc/containers/storage.conf"), """
            [storage]
            driver = "vfs"
            graphroot = "/var/lib/containers/storage"
            runroot = "/run/containers/storage"

            """);
        await File.WriteAllTextAsync(
            node.Container.Inside("etc/containers/policy.json"),
            """{"default":[{"type":"insecureAcceptAnything"}]}""");
    }
}
