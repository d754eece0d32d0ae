using CoreNode.Tests.EndToEnd;
using CoreNode.Units.Model;
using CoreNode.Units.Quadlet;

namespace CoreNode.Tests.Units.Quadlet;

/// <summary>Services made of .container files.</summary>
[TestFixture, Category("Unit")]
internal sealed class ContainerUnitTests
{
    [TestCase("web.container")]
    [TestCase("sleep@.container")]
    public async Task A_file_becomes_the_service_that_is_kept_here(string file)
    {
        string folder = Repository.File("CoreNode.Tests/TestData/quadlet");
        string name = ContainerUnit.ServiceOf(file);
        string text = await File.ReadAllTextAsync(Path.Combine(folder, file));
        UnitFile? made = ContainerUnit.Convert(name, text, out IReadOnlyList<UnitProblem> problems);
        Assert.That(problems, Is.Empty);
        Assert.That(made!.Text, Is.EqualTo(await File.ReadAllTextAsync(Path.Combine(folder, name))));
        Assert.That(UnitVerifier.Verify(name, made.Text), Is.Empty, "as a unit of its own");
        Assert.That(UnitFile.Parse(made.Text, out _)!.Hash, Is.EqualTo(made.Hash));
    }

    // What each key becomes on the command line between "-d" and the image.
    [TestCase("LogDriver=journald", "--log-driver journald")]
    [TestCase("LogOpt=tag=a\nLogOpt=path=/b", "--log-opt tag=a --log-opt path=/b")]
    [TestCase("Timezone=local", "--tz local")]
    [TestCase("PidsLimit=100", "--pids-limit 100")]
    [TestCase("ShmSize=100m", "--shm-size 100m")]
    [TestCase("Entrypoint=/foo.sh", "--entrypoint /foo.sh")]
    [TestCase("Entrypoint=[\"a\", \"b\"]", "--entrypoint \"[\\\"a\\\", \\\"b\\\"]\"")]
    [TestCase("WorkingDir=$HOME", "--workdir $HOME")]
    [TestCase("IP=10.88.0.9", "--ip 10.88.0.9")]
    [TestCase("IP6=fd00::9", "--ip6 fd00::9")]
    [TestCase("HostName=web-%i", "--hostname web-%i")]
    [TestCase("StopSignal=SIGINT", "--stop-signal SIGINT")]
    [TestCase("StopTimeout=20", "--stop-timeout 20")]
    [TestCase("Pull=never", "--pull never")]
    [TestCase("Memory=20g", "--memory 20g")]
    [TestCase("Retry=5\nRetryDelay=5s", "--retry 5 --retry-delay 5s")]
    [TestCase("NetworkAlias=a\nNetworkAlias=b", "--network-alias a --network-alias b")]
    [TestCase("Ulimit=nofile=1000:10000", "--ulimit nofile=1000:10000")]
    [TestCase("DNS=9.9.9.9\nDNSOption=ndots:1\nDNSSearch=.", "--dns 9.9.9.9 --dns-option ndots:1 --dns-search .")]
    [TestCase("GroupAdd=keep-groups", "--group-add keep-groups")]
    [TestCase("AddHost=a:10.0.0.1", "--add-host a:10.0.0.1")]
    [TestCase("Tmpfs=/work", "--tmpfs /work")]
    [TestCase("RunInit=true", "--init")]
    [TestCase("RunInit=no", "--init=false")]
    [TestCase("EnvironmentHost=on", "--env-host")]
    [TestCase("HttpProxy=false", "--http-proxy=false")]
    [TestCase("ReadOnly=true\nReadOnlyTmpfs=false", "--read-only-tmpfs=false --read-only")]
    [TestCase("Network=host", "--network host")]
    [TestCase("NoNewPrivileges=true", "--security-opt no-new-privileges")]
    [TestCase("NoNewPrivileges=false", "")]
    [TestCase("SecurityLabelDisable=true", "--security-opt label=disable")]
    [TestCase("SecurityLabelNested=true", "--security-opt label=nested")]
    [TestCase("SecurityLabelType=spc_t", "--security-opt label=type:spc_t")]
    [TestCase("SecurityLabelFileType=usr_t", "--security-opt label=filetype:usr_t")]
    [TestCase("SecurityLabelLevel=s0:c1,c2", "--security-opt label=level:s0:c1,c2")]
    public void A_key_becomes_podmans_option(string keys, string options)
    {
        string start = Option(Made($"[Container]\nImage=i\n{keys}\n"), "ExecStart");
        const string before =
            "/usr/bin/podman run --name systemd-%N --replace --rm --cgroups=split --sdnotify=conmon -d";
        Assert.That(start, Is.EqualTo(options.Length == 0 ? $"{before} i" : $"{before} {options} i"));
    }

    [TestCase("AddDevice=/dev/fuse /dev/kvm:/dev/kvm:rw", "--device /dev/fuse --device /dev/kvm:/dev/kvm:rw")]
    [TestCase("SeccompProfile=/tmp/s.json", "--security-opt seccomp=/tmp/s.json")]
    [TestCase("AppArmor=unconfined", "--security-opt apparmor=unconfined")]
    [TestCase("AddCapability=CAP_A CAP_B\nDropCapability=ALL", "--cap-drop all --cap-add cap_a --cap-add cap_b")]
    [TestCase("Sysctl=net.a=1 net.b=2", "--sysctl net.a=1 --sysctl net.b=2")]
    [TestCase("VolatileTmp=yes", "--tmpfs /tmp:rw,size=512M,mode=1777")]
    [TestCase("UserNS=keep-id:uid=200,gid=210", "--userns keep-id:uid=200,gid=210")]
    [TestCase("UIDMap=0:10000:10\nGIDMap=0:10000:10", "--uidmap 0:10000:10 --gidmap 0:10000:10")]
    [TestCase("SubUIDMap=u\nSubGIDMap=g", "--subuidname u --subgidname g")]
    [TestCase("Volume=data:/data", "--volume data:/data")]
    [TestCase("ExposeHostPort=50-59", "--expose 50-59")]
    [TestCase("PublishPort=8080:80\nPublishPort=", "")]
    [TestCase("PublishPort=[::1]:8080:80", "--publish [::1]:8080:80")]
    [TestCase("Environment=\"A=b c\" D='e f'", "--env \"A=b c\" --env \"D=e f\"")]
    [TestCase("Environment=A=1\nEnvironment=A=2 B=\\x41", "--env A=2 --env B=A")]
    [TestCase("Label=a=b", "--label a=b")]
    [TestCase("Annotation=\"a=b c\"", "--annotation \"a=b c\"")]
    [TestCase("Mask=/proc/a:/proc/b", "--security-opt mask=/proc/a:/proc/b")]
    [TestCase("Unmask=ALL", "--security-opt unmask=ALL")]
    [TestCase("EnvironmentFile=/etc/a.env %t/b.env", "--env-file /etc/a.env --env-file %t/b.env")]
    [TestCase("Secret=a,type=env b", "--secret a,type=env --secret b")]
    [TestCase("Mount=type=bind,source=/a,destination=/b", "--mount type=bind,source=/a,destination=/b")]
    [TestCase("HealthCmd=a b\nHealthOnFailure=kill", "--health-cmd \"a b\" --health-on-failure kill")]
    [TestCase("HealthRetries=5\nHealthStartPeriod=1m\nHealthTimeout=2s",
        "--health-retries 5 --health-start-period 1m --health-timeout 2s")]
    [TestCase("HealthStartupCmd=a\nHealthStartupInterval=1m\nHealthStartupRetries=8\nHealthStartupSuccess=2\n"
        + "HealthStartupTimeout=1m33s",
        "--health-startup-cmd a --health-startup-interval 1m --health-startup-retries 8 --health-startup-success 2 "
        + "--health-startup-timeout 1m33s")]
    [TestCase("HealthLogDestination=local\nHealthMaxLogCount=5\nHealthMaxLogSize=500",
        "--health-log-destination local --health-max-log-count 5 --health-max-log-size 500")]
    [TestCase("PodmanArgs=--add-host \"a b\" --tls-verify", "--add-host \"a b\" --tls-verify")]
    [TestCase("User=1000\nGroup=100", "--user 1000:100")]
    [TestCase("User=bin", "--user bin")]
    public void So_do_keys_of_devices_rights_files_and_health(string keys, string options) =>
        A_key_becomes_podmans_option(keys, options);

    [TestCase("Notify=yes", "--sdnotify=container")]
    [TestCase("Notify=healthy", "--sdnotify=healthy")]
    [TestCase("CgroupsMode=no-conmon", "--cgroups=no-conmon")]
    [TestCase("ContainerName=web", "--name web ")]
    [TestCase("ContainersConfModule=/etc/nvd.conf", "podman --module /etc/nvd.conf run")]
    [TestCase("Exec=a 'b c' \";\" $D", " i a \"b c\" \";\" $D")]
    [TestCase("Exec=a \\\n  # why\n  b", " i a b")]
    public void So_does_a_key_with_a_place_of_its_own(string key, string part) =>
        Assert.That(Option(Made($"[Container]\nImage=i\n{key}\n"), "ExecStart"), Does.Contain(part));

    [Test]
    public void A_folder_takes_the_place_of_an_image() =>
        Assert.That(
            Option(Made("[Container]\nRootfs=/srv/root\nExec=/bin/a\n"), "ExecStart"),
            Does.EndWith(" --rootfs /srv/root /bin/a"));

    [Test]
    public void A_oneshot_is_waited_for()
    {
        UnitFile made = Made("[Container]\nImage=i\n[Service]\nType=oneshot\nRemainAfterExit=yes\n");
        Assert.That(
            Option(made, "ExecStart"),
            Is.EqualTo("/usr/bin/podman run --name systemd-%N --replace --rm --cgroups=split i"));
        Assert.That(made.Value("Service", "Type"), Is.EqualTo("oneshot"));
        Assert.That(made.Value("Service", "NotifyAccess"), Is.Null);
    }

    [Test]
    public void A_reload_is_a_command_in_the_container() =>
        Assert.That(
            Option(Made("[Container]\nImage=i\nReloadCmd=/bin/a 'b c'\n"), "ExecReload"),
            Is.EqualTo("/usr/bin/podman exec systemd-%N /bin/a \"b c\""));

    [TestCase("PublishPorts=80:80", "3: [Container] has no PublishPorts=; did you mean PublishPort=?")]
    [TestCase("Restart=always", "3: [Container] has no Restart=; it belongs into [Service]")]
    [TestCase("Frobnicate=1", "3: [Container] has no Frobnicate=; options of podman run go into PodmanArgs=")]
    [TestCase("Pod=a.pod", "3: Pod=: pods are not run here; PodmanArgs=--pod NAME joins one that is there")]
    [TestCase("ServiceName=a", "3: ServiceName=: the unit has the file's name; rename the file")]
    [TestCase("Rootfs=/a", "3: Image= and Rootfs=: a container has one of them")]
    [TestCase("Group=1", "3: Group= without User=: say User=, 0 for root")]
    [TestCase("RunInit=perhaps", "3: RunInit=perhaps is neither yes nor no")]
    [TestCase("Exec=a 'b", "3: Exec: a quote is not closed")]
    [TestCase("Environment=A", "3: Environment: \"A\" is not of the form NAME=VALUE")]
    [TestCase("EnvironmentFile=a.env", "3: EnvironmentFile=a.env: write an absolute path of the machine")]
    [TestCase("Volume=./a:/b", "3: Volume=./a:/b: write an absolute path of the machine, or a volume's name")]
    [TestCase("Volume=data.volume:/b",
        "3: Volume=data.volume:/b: .volume files are not read here; data:… makes a volume of that name where it runs")]
    [TestCase("Network=a.network", "3: Network=a.network: such files are not read here; name a network of podman's")]
    [TestCase("ReloadCmd=a\nReloadSignal=HUP", "4: ReloadCmd= and ReloadSignal=: write one of them")]
    [TestCase("[Service]\nExecStart=/bin/a", "4: ExecStart= is made of [Container]: Exec= is what runs in it")]
    [TestCase("[Service]\nType=simple", "4: Type=simple: a container's is notify or oneshot")]
    [TestCase("[Service]\nKillMode=none", "4: KillMode=none: a container's is mixed or control-group")]
    [TestCase("[Service]\nRestart=maybe", "4: Restart=maybe: write no, always or on-failure")]
    [TestCase("[X-Fleet]\nReplicas=many", "4: Replicas=many is no number from 1 to 10000")]
    [TestCase("[Quadlet]\nA=b", "4: [Quadlet] has no A=; it has DefaultDependencies=")]
    [TestCase("[Pod]\nA=b", "4: [Pod] is no section of a .container file")]
    [TestCase("no assignment",
        "3: \"no assignment\" is no assignment: write Name=Value, or # before a comment")]
    public void What_is_wrong_is_told_with_its_line(string text, string problem)
    {
        UnitFile? made = ContainerUnit.Convert(
            "web@1.service", $"[Container]\nImage=i\n{text}\n", out IReadOnlyList<UnitProblem> problems);
        Assert.That(made, Is.Null);
        Assert.That(problems.Where(static one => one.IsError).Select(Text), Does.Contain(problem));
    }

    [TestCase("[Container]\nExec=a\n", "0: no Image= in [Container]: say what to run, as in "
        + "Image=docker.io/library/nginx:1.27")]
    [TestCase("[Service]\nRestart=always\n", "0: no [Container] section: say what to run by Image= in it")]
    public void Without_an_image_there_is_nothing_to_run(string text, string problem)
    {
        Assert.That(ContainerUnit.Convert("a.service", text, out IReadOnlyList<UnitProblem> problems), Is.Null);
        Assert.That(problems.Select(Text), Does.Contain(problem));
    }

    [TestCase("a.service", "AutoUpdate=registry", "3: AutoUpdate= does nothing here")]
    [TestCase("a@.service", "ContainerName=a", "3: ContainerName=a: instances on one machine would replace")]
    [TestCase("a.service", "[Service]\nRestartSecs=1", "4: systemd knows no RestartSecs= in [Service]")]
    public void What_is_odd_is_told_and_taken(string name, string text, string warning)
    {
        UnitFile? made = ContainerUnit.Convert(
            name, $"[Container]\nImage=i\n{text}\n", out IReadOnlyList<UnitProblem> problems);
        Assert.That(made, Is.Not.Null);
        Assert.That(problems.Select(Text), Has.One.StartsWith(warning));
    }

    [TestCase("a b  c", "a|b|c")]
    [TestCase("\"a b\"c 'd\"e' f\\\"g", "a bc|d\"e|f\"g")]
    [TestCase("'' \\x20a \\q \\s\\t", "| a|\\q| \t")]
    [TestCase("a \"b", null)]
    public void Words_are_split_as_systemd_does(string value, string? words) =>
        Assert.That(ContainerWords.Split(value) is { } split ? string.Join('|', split) : null, Is.EqualTo(words));

    [Test]
    public void A_word_comes_back_from_a_command_line_as_it_was()
    {
        string[] words = ["", ";", "a b", "a\"b", "a\\b", "a'b", "\t\n\r", "%i", "$A", "ü", "\\x41"];
        foreach (string word in words)
            Assert.That(ContainerWords.Split(ContainerWords.Quote(word)), Is.EqualTo(new[] { word }));
    }

    private static string Text(UnitProblem problem) => $"{problem.Line}: {problem.Message}";

    private static UnitFile Made(string text)
    {
        UnitFile? made = ContainerUnit.Convert("web.service", text, out IReadOnlyList<UnitProblem> problems);
        Assert.That(problems, Is.Empty);
        return made!;
    }

    private static string Option(UnitFile made, string name) => made.Value("Service", name)!;
}
