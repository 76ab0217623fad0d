-- A charge stands in the price list: version, item, kind and price together (FEE-03).
alter table charges add constraint charges_by_the_list
    foreign key (price_version, item, kind, unit_price) references price_rates (version, code, kind, unit_price);
