using CoreNode.Foundation;
using CoreNode.Store;
using CoreNode.Units.Model;
using CoreNode.Units.Registry;

namespace CoreNode.Tests.Units.Registry;

/// <summary>The values of the registry, byte for byte (fleet: A.2).</summary>
[TestFixture, Category("Unit")]
internal sealed class RegistryValuesTests
{
    private const string Id = "0123456789abcdef0123456789abcdef";

    [Test]
    public void A_text_is_written_as_fleet_does_and_read_back()
    {
        UnitFile file = UnitFile.Of([new("Unit", "Description", "a <b> & \"c\"\té")]);
        string value = RegistryValues.WriteUnit(file);
        Assert.That(
            value,
            Is.EqualTo("{\"Raw\":\"[Unit]\\nDescription=a \\u003cb\\u003e \\u0026 \\\"c\\\"\\té\\n\"}"));
        Assert.That(RegistryValues.ReadUnit(value)!.Hash, Is.EqualTo(file.Hash));
    }

    [Test]
    public void A_job_holds_its_hash_as_twenty_numbers()
    {
        const string Hash = "e691c7738733e8cc13741640221b78ed8b6c2ec9";
        string value = RegistryValues.WriteJobObject("x.service", Hash);
        Assert.That(
            value,
            Is.EqualTo("{\"Name\":\"x.service\",\"UnitHash\":[230,145,199,115,135,51,232,204,19,116,22,64,34,27,120,"
                + "237,139,108,46,201]}"));
        Assert.That(RegistryValues.ReadJobObject("x.service", value), Is.EqualTo(Hash));
        Assert.That(RegistryValues.ReadJobObject("y.service", value), Is.Null);
    }

    [Test]
    public void A_machine_without_ours_is_fleets_value()
    {
        MachineObject machine = new()
        {
            Id = Id,
            PublicIp = "10.0.0.1",
            Metadata = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" },
            Version = "1.0.0",
        };
        Assert.That(
            RegistryValues.WriteMachine(machine),
            Is.EqualTo("{\"ID\":\"" + Id + "\",\"PublicIP\":\"10.0.0.1\",\"Metadata\":{\"a\":\"1\",\"b\":\"2\"},"
                + "\"Capabilities\":{\"DISABLE_ENGINE\":false,\"GRPC\":false},\"Version\":\"1.0.0\"}"));
    }

    [Test]
    public void A_machine_is_read_back_with_ours()
    {
        MachineObject machine = new()
        {
            Id = Id,
            PeerUrls = ["https://10.0.0.1:2380"],
            MemoryBytes = 1L << 34,
            CpuMillis = 8000,
            Instance = "i1",
        };
        MachineObject again = RegistryValues.ReadMachine(Id, RegistryValues.WriteMachine(machine))!;
        Assert.That(
            (again.Id, again.PeerUrls[0], again.MemoryBytes, again.CpuMillis, again.Instance),
            Is.EqualTo((Id, "https://10.0.0.1:2380", 1L << 34, 8000, "i1")));
    }

    [Test]
    public void A_machine_of_fleet_is_read()
    {
        const string Value = "{\"ID\":\"" + Id + "\",\"PublicIP\":\"\",\"Metadata\":null,\"Capabilities\":null,"
            + "\"Version\":\"\",\"Future\":[1,{}]}";
        Assert.That(RegistryValues.ReadMachine(Id, Value)!.Metadata, Is.Empty);
        Assert.That(RegistryValues.ReadMachine("other", Value), Is.Null);
    }

    [Test]
    public void A_state_without_ours_is_fleets_value()
    {
        UnitStateRecord state = new("x.service", Id, new UnitStates("loaded", "active", "running"), "cafe");
        Assert.That(
            RegistryValues.WriteState(state),
            Is.EqualTo("{\"loadState\":\"loaded\",\"activeState\":\"active\",\"subState\":\"running\",\"machineState\":"
                + "{\"ID\":\"" + Id + "\",\"PublicIP\":\"\",\"Metadata\":null,\"Capabilities\":null,\"Version\":\"\"},"
                + "\"unitHash\":\"cafe\"}"));
    }

    [Test]
    public void A_state_is_read_back_with_ours()
    {
        UnitStateRecord state = new("x.service", Id, new UnitStates("loaded", "failed", "failed"), "cafe")
        {
            Result = "exit-code",
            ExitStatus = 3,
            Since = new DateTimeOffset(2026, 11, 21, 8, 0, 0, 125, TimeSpan.Zero),
            Reason = "no such file",
            IsHealthy = false,
            Restart = 7,
        };
        Assert.That(
            RegistryValues.ReadState("x.service", Id, RegistryValues.WriteState(state)), Is.EqualTo(state));
    }

    [Test]
    public void An_entry_carries_its_indexes_from_the_store()
    {
        ScheduleEntry entry = new(Id, "x.service", "cafe", ScheduleState.Revoked) { IsSingleton = true, Restart = 2 };
        string value = RegistryValues.WriteEntry(entry);
        Assert.That(
            value, Is.EqualTo("{\"Hash\":\"cafe\",\"State\":\"revoked\",\"IsSingleton\":true,\"Restart\":2}"));
        KvNode node = new()
        {
            Key = "/k",
            Value = value,
            CreatedIndex = new StoreIndex(5),
            ModifiedIndex = new StoreIndex(9),
        };
        Assert.That(
            RegistryValues.ReadEntry(Id, "x.service", node),
            Is.EqualTo(entry with { CreatedIndex = new StoreIndex(5), ModifiedIndex = new StoreIndex(9) }));
    }

    [Test]
    public void Cordons_notices_and_announcements_are_read_back()
    {
        MachineCordon cordon = new(true, "new disk", "anna");
        Assert.That(RegistryValues.ReadCordon(RegistryValues.WriteCordon(cordon)), Is.EqualTo(cordon));
        Assert.That(RegistryValues.ReadCordon("cordoned"), Is.EqualTo(new MachineCordon(false, "", "")));
        JobNotice notice = new("waits 8 s after 3 failures")
        {
            Failures = 3,
            MachineId = Id,
            NotBefore = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        };
        Assert.That(RegistryValues.ReadNotice(RegistryValues.WriteNotice(notice)), Is.EqualTo(notice));
        Assert.That(
            RegistryValues.ReadAnnounced(RegistryValues.WriteAnnounced([new("/a", "x"), new("/b", "")])),
            Is.EqualTo(new UnitAnnouncement[] { new("/a", "x"), new("/b", "") }));
    }

    [TestCase("")]
    [TestCase("x")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("{\"ID\":5,\"UnitHash\":[1],\"State\":7,\"loadState\":{},\"Reason\":[],\"Keys\":\"x\",\"Raw\":1}")]
    [TestCase("{\"Name\":\"x.service\",\"UnitHash\":[256,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]}")]
    public void A_damaged_value_is_nothing(string value)
    {
        Assert.That(RegistryValues.ReadJobObject("x.service", value), Is.Null);
        Assert.That(RegistryValues.ReadMachine(Id, value), Is.Null);
        Assert.That(RegistryValues.ReadEntry(Id, "x.service", new KvNode { Key = "", Value = value }), Is.Null);
        Assert.That(RegistryValues.ReadCordon(value), Is.Null);
        if (value.Length > 2 && !value.Contains("UnitHash\":[256", StringComparison.Ordinal))
        {
            Assert.That(RegistryValues.ReadState("x.service", Id, value), Is.Null);
            Assert.That(RegistryValues.ReadNotice(value), Is.Null);
            Assert.That(RegistryValues.ReadAnnounced(value), Is.Null);
        }
    }
}
